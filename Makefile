.DEFAULT_GOAL := help

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@2026.1

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: generate
generate: ## rewrite voicelive/*.gen.go from spec/voicelive.json and spec/overlay.yaml
	@go run ./cmd/vlgen generate -strict

.PHONY: check
check: ## print what generate would change; fails if anything
	@go run ./cmd/vlgen check -strict

.PHONY: test
test: ## run all tests with the race detector
	go test -race ./...
