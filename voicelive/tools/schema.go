package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// An enum is a type that lists its values.
type enum interface{ Enum() []string }

// schemaOf returns the schema of a type as models take it, and the one that arguments are
// checked against, which takes null for what is optional as well.
func schemaOf[T any]() (json.RawMessage, *jsonschema.Resolved, error) {
	typ := reflect.TypeFor[T]()
	if kind := typ.Kind(); kind != reflect.Struct && kind != reflect.Map {
		return nil, nil, fmt.Errorf("the argument is a %s, not a struct or a map", typ)
	}
	schema, err := jsonschema.ForType(typ, nil)
	if err != nil {
		return nil, nil, err
	}
	if err := refine(schema, typ); err != nil {
		return nil, nil, err
	}
	lenient := schema.CloneSchemas()
	resolved, err := lenient.Resolve(nil)
	if err != nil {
		return nil, nil, err
	}
	withoutNull(schema)
	text, err := json.Marshal(schema)
	return text, resolved, err
}

// refine adds what the type says beyond its shape: values, and that pointers are optional.
func refine(s *jsonschema.Schema, typ reflect.Type) error {
	if e, ok := reflect.Zero(typ).Interface().(enum); ok && typ.Kind() != reflect.Pointer {
		return setEnum(s, e.Enum())
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return refine(s, typ.Elem())
	case reflect.Slice, reflect.Array:
		if s.Items != nil {
			return refine(s.Items, typ.Elem())
		}
	case reflect.Map:
		if s.AdditionalProperties != nil {
			return refine(s.AdditionalProperties, typ.Elem())
		}
	case reflect.Struct:
		for _, field := range reflect.VisibleFields(typ) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" {
				name = field.Name
			}
			property := s.Properties[name]
			if property == nil || field.Anonymous {
				continue
			}
			if field.Type.Kind() == reflect.Pointer {
				s.Required = slices.DeleteFunc(s.Required, func(required string) bool { return required == name })
			}
			if err := refine(property, field.Type); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if values, ok := field.Tag.Lookup("enum"); ok {
				if err := setEnum(property, strings.Split(values, ",")); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	return nil
}

// setEnum limits a schema, or the items of a list, to values.
func setEnum(s *jsonschema.Schema, values []string) error {
	if s.Items != nil {
		return setEnum(s.Items, values)
	}
	if s.Type != "string" && !slices.Contains(s.Types, "string") {
		return errors.New("only strings have an enum")
	}
	s.Enum = nil
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	if slices.Contains(s.Types, "null") {
		s.Enum = append(s.Enum, nil)
	}
	return nil
}

// withoutNull takes null from the types of a schema. Lists and pointers have it, which
// models do not take.
func withoutNull(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if i := slices.Index(s.Types, "null"); i >= 0 && len(s.Types) == 2 {
		s.Type, s.Types = s.Types[1-i], nil
	}
	s.Enum = slices.DeleteFunc(s.Enum, func(v any) bool { return v == nil })
	withoutNull(s.Items)
	withoutNull(s.AdditionalProperties)
	for _, property := range s.Properties {
		withoutNull(property)
	}
}
