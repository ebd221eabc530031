package apidiff

import (
	"maps"
	"slices"
	"strings"
)

// mutations change each definition of the specification in one way.
var mutations = map[string]func(definitions map[string]any){
	"every property gone": func(d map[string]any) {
		each(d, func(_ string, def map[string]any) {
			for _, p := range slices.Sorted(maps.Keys(properties(def))) {
				if !required(def, p) {
					delete(properties(def), p)
					return
				}
			}
		})
	},
	"every list of required properties gone": func(d map[string]any) {
		each(d, func(name string, def map[string]any) {
			if strings.HasPrefix(name, "Response") {
				delete(def, "required")
			}
		})
	},
	"every property required": func(d map[string]any) {
		each(d, func(name string, def map[string]any) {
			var all []any
			for _, p := range slices.Sorted(maps.Keys(properties(def))) {
				ref := property(def, p)["$ref"]
				if p != "url" && (ref == nil || isString(d, ref)) {
					all = append(all, p)
				}
			}
			if len(all) > 0 {
				def["required"] = all
			}
		})
	},
	"every scalar nullable": func(d map[string]any) {
		each(d, func(_ string, def map[string]any) {
			for p := range properties(def) {
				if property(def, p)["type"] != nil && property(def, p)["type"] != "array" && property(def, p)["enum"] == nil {
					property(def, p)["x-nullable"] = true
				}
			}
		})
	},
	"every number a string": func(d map[string]any) {
		each(d, func(_ string, def map[string]any) {
			for p := range properties(def) {
				switch property(def, p)["type"] {
				case "integer", "number":
					properties(def)[p] = map[string]any{"type": "string"}
				}
			}
		})
	},
	"every string a list": func(d map[string]any) {
		each(d, func(_ string, def map[string]any) {
			for p := range properties(def) {
				if prop := property(def, p); prop["type"] == "string" && prop["enum"] == nil && strings.HasSuffix(p, "_id") {
					properties(def)[p] = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
				}
			}
		})
	},
	"the last value of every enum gone": func(d map[string]any) {
		enums(d, func(values []any) []any {
			if len(values) > 1 {
				return values[:len(values)-1]
			}
			return values
		})
	},
	"a value in every enum": func(d map[string]any) {
		enums(d, func(values []any) []any {
			if len(values) > 1 {
				return append(values, "brand_new")
			}
			return values
		})
	},
	"a property in every object": func(d map[string]any) {
		each(d, func(_ string, def map[string]any) {
			if properties(def) != nil {
				properties(def)["brand_new"] = map[string]any{"type": "string"}
			}
		})
	},
	"a list in every object": func(d map[string]any) {
		each(d, func(_ string, def map[string]any) {
			if properties(def) != nil {
				properties(def)["brand_new"] = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
			}
		})
	},
	"every seventh variant gone": func(d map[string]any) {
		i := 0
		each(d, func(name string, def map[string]any) {
			if def["x-ms-discriminator-value"] != nil && def["discriminator"] == nil && !used(d, name) {
				if i++; i%7 == 0 {
					delete(d, name)
				}
			}
		})
	},
	"every tag another one": func(d map[string]any) {
		each(d, func(_ string, def map[string]any) {
			if tag, ok := def["x-ms-discriminator-value"].(string); ok {
				def["x-ms-discriminator-value"] = tag + ".v2"
			}
		})
	},
}

// each calls f with the definitions by name.
func each(d map[string]any, f func(name string, def map[string]any)) {
	for _, name := range slices.Sorted(maps.Keys(d)) {
		if def, ok := d[name].(map[string]any); ok {
			f(name, def)
		}
	}
}

// enums calls f with the values of each enum, wherever it is.
func enums(v any, f func([]any) []any) {
	switch v := v.(type) {
	case map[string]any:
		if values, ok := v["enum"].([]any); ok {
			v["enum"] = f(values)
			if x, ok := v["x-ms-enum"].(map[string]any); ok {
				delete(x, "values")
			}
		}
		for _, x := range v {
			enums(x, f)
		}
	case []any:
		for _, x := range v {
			enums(x, f)
		}
	}
}

func properties(def map[string]any) map[string]any {
	p, _ := def["properties"].(map[string]any)
	return p
}

func property(def map[string]any, name string) map[string]any {
	p, _ := properties(def)[name].(map[string]any)
	return p
}

func required(def map[string]any, name string) bool {
	list, _ := def["required"].([]any)
	return slices.Contains(list, any(name))
}

// isString reports whether a reference leads to an enum.
func isString(d map[string]any, ref any) bool {
	text, _ := ref.(string)
	const prefix = "#/definitions/"
	if len(text) < len(prefix) {
		return false
	}
	def, _ := d[text[len(prefix):]].(map[string]any)
	return def["enum"] != nil
}

// used reports whether a property or a base refers to a definition.
func used(v any, name string) bool {
	switch v := v.(type) {
	case map[string]any:
		if v["$ref"] == "#/definitions/"+name {
			return true
		}
		for _, x := range v {
			if used(x, name) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return used(x, name) })
	}
	return false
}
