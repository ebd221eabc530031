package tools

import (
	"encoding"
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
	if schema.Type == "string" {
		return nil, nil, fmt.Errorf("the argument is a %s, which is encoded as a string", typ)
	}
	schema.Type = "object" // whatever its type reads
	lenient := schema.CloneSchemas()
	resolved, err := lenient.Resolve(nil)
	if err != nil {
		return nil, nil, err
	}
	withoutNull(schema)
	text, err := json.Marshal(schema)
	return text, resolved, err
}

// refine adds what the type says beyond its shape: values, what it is encoded as, and that pointers are
// optional.
func refine(s *jsonschema.Schema, typ reflect.Type) error {
	if typ.Kind() == reflect.Pointer {
		return refine(s, typ.Elem())
	}
	if typ.Kind() == reflect.Interface {
		return nil
	}
	value := reflect.New(typ).Interface() // with the methods of the pointer as well
	if e, ok := value.(enum); ok {
		return setEnum(s, e.Enum())
	}
	_, readsJSON := value.(json.Unmarshaler)
	_, readsText := value.(encoding.TextUnmarshaler)
	composite := typ.Kind() == reflect.Struct || typ.Kind() == reflect.Map || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Array
	switch bytes := typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Uint8; {
	case readsJSON && composite && s.Type != "string" && !slices.Contains(s.Types, "string"): // it takes what it likes
		s.Type, s.Types, s.Properties, s.Required, s.Items, s.AdditionalProperties = "", nil, nil, nil, nil, nil
		return nil
	case readsText && !readsJSON, bytes:
		s.Type, s.Types, s.Properties, s.Required, s.Items, s.AdditionalProperties = "string", nil, nil, nil, nil, nil
		if bytes && !readsText {
			s.ContentEncoding = "base64"
		}
		return nil
	}
	switch typ.Kind() {
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
		if b, err := json.Marshal(property); err == nil && string(b) == "true" {
			property.Description = "any JSON value" // models take no boolean in place of a schema
		}
	}
}
