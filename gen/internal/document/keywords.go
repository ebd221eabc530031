package document

import (
	"maps"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// A shape is the form that the value of a keyword must have.
type shape struct {
	noun  string // completes "must be"
	takes func(*yaml.Node) bool
	holds contents
}

// contents is the place of schemas in the value of a keyword.
type contents int

const (
	noSchema contents = iota
	aSchema           // the value is one, unless it is a boolean
	schemaList
	schemaMap // by property name
)

var (
	anything     = shape{"a value", func(*yaml.Node) bool { return true }, noSchema}
	text         = shape{"a string", isText, noSchema}
	boolean      = shape{"true or false", isBool, noSchema}
	number       = shape{"a number", isNumber, noSchema}
	count        = shape{"a whole number of 0 or more", isCount, noSchema}
	object       = shape{"an object", isObject, noSchema}
	array        = shape{"an array", isArray, noSchema}
	names        = shape{"an array of nothing but strings", isNames, noSchema}
	schema       = shape{"an object", isObject, aSchema}
	schemaOrBool = shape{"an object, true or false", func(n *yaml.Node) bool { return isObject(n) || isBool(n) }, aSchema}
	schemas      = shape{"an array of schemas with at least one", isFilled, schemaList}
	properties   = shape{"an object", isObject, schemaMap}
)

// keywords are the members that a swagger 2.0 schema object may have, and the
// extensions that the generator reads.
var keywords = map[string]shape{
	"$ref":                 text,
	"additionalProperties": schemaOrBool,
	"allOf":                schemas,
	"default":              anything,
	"description":          text,
	"discriminator":        text,
	"enum":                 array,
	"example":              anything,
	"exclusiveMaximum":     boolean,
	"exclusiveMinimum":     boolean,
	"externalDocs":         object,
	"format":               text,
	"items":                schema,
	"maxItems":             count,
	"maxLength":            count,
	"maxProperties":        count,
	"maximum":              number,
	"minItems":             count,
	"minLength":            count,
	"minProperties":        count,
	"minimum":              number,
	"multipleOf":           number,
	"pattern":              text,
	"properties":           properties,
	"readOnly":             boolean,
	"required":             names,
	"title":                text,
	"type":                 text,
	"uniqueItems":          boolean,
	"xml":                  object,

	"x-ms-client-name":         text,
	"x-ms-discriminator-value": text,
	"x-ms-enum":                object,
	"x-nullable":               boolean,

	"x-vlgen-aliases":     names,
	"x-vlgen-allow-empty": boolean,
	"x-vlgen-direction":   text,
	"x-vlgen-keep":        boolean,
	"x-vlgen-oneOf":       schemas,
	"x-vlgen-raw":         boolean,
	"x-vlgen-secret":      boolean,
	"x-vlgen-sender":      object,
}

// foreign lists keywords of OpenAPI 3 and JSON Schema that swagger 2.0 lacks, each with
// its replacement.
var foreign = map[string]string{
	"$anchor":               "remove it",
	"$comment":              "remove it",
	"$defs":                 "move its schemas to the document's definitions",
	"$id":                   "remove it",
	"$schema":               "remove it",
	"additionalItems":       "remove it",
	"anyOf":                 "give a definition of its own x-vlgen-oneOf",
	"const":                 "write enum with one value",
	"contains":              "remove it",
	"contentEncoding":       `write "format": "byte" for base64`,
	"contentMediaType":      "remove it",
	"definitions":           "move its schemas to the document's definitions",
	"dependencies":          "remove it",
	"dependentRequired":     "remove it",
	"dependentSchemas":      "remove it",
	"deprecated":            "say it in the description",
	"else":                  "remove it",
	"examples":              "write example with one value",
	"id":                    "remove it",
	"if":                    "remove it",
	"not":                   "remove it",
	"nullable":              `write "x-nullable": true`,
	"oneOf":                 "give a definition of its own x-vlgen-oneOf",
	"patternProperties":     "write additionalProperties",
	"prefixItems":           "write items with one schema",
	"propertyNames":         "remove it",
	"then":                  "remove it",
	"unevaluatedItems":      "remove it",
	"unevaluatedProperties": "write additionalProperties",
	"writeOnly":             "say it in the description",
}

// typeNames are the values of the type keyword.
var typeNames = []string{"array", "boolean", "integer", "number", "object", "string"}

func keywordNames() []string { return slices.Collect(maps.Keys(keywords)) }

func isText(n *yaml.Node) bool   { return n.Kind == yaml.ScalarNode && n.Tag == "!!str" }
func isBool(n *yaml.Node) bool   { return n.Kind == yaml.ScalarNode && n.Tag == "!!bool" }
func isObject(n *yaml.Node) bool { return n.Kind == yaml.MappingNode }
func isArray(n *yaml.Node) bool  { return n.Kind == yaml.SequenceNode }
func isFilled(n *yaml.Node) bool { return isArray(n) && len(n.Content) > 0 }

func isNames(n *yaml.Node) bool {
	return isArray(n) && !slices.ContainsFunc(n.Content, func(e *yaml.Node) bool { return !isText(e) })
}

func isNumber(n *yaml.Node) bool {
	_, err := strconv.ParseFloat(n.Value, 64)
	return err == nil && (n.Tag == "!!int" || n.Tag == "!!float")
}

func isCount(n *yaml.Node) bool {
	i, err := strconv.ParseInt(n.Value, 10, 64)
	return err == nil && i >= 0 && n.Tag == "!!int"
}
