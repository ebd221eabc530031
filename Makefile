.DEFAULT_GOAL := help

# Pinned here and nowhere else: .ci/run and the workflow go through these targets.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2 # 2026.2.2
ACTIONLINT  := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

# A number of inputs; a duration such as 10s works too, but go test may then end
# with "context deadline exceeded" although nothing was found (go.dev/issue/75804).
FUZZTIME ?= 20000x

# The modules beside the main one.
MODULES = $(patsubst %/go.mod,%,$(shell git ls-files '*/go.mod'))

# Each module is built and tested with what its own go.mod requires. Only cmd/voicelive cannot: it requires a version
# of the main module that may not be released yet, and gets the clone by go.work.
export GOWORK := off
IN_CLONE := GOWORK=$(CURDIR)/go.work

# The race detector needs cgo, which go turns off where there is no C compiler.
RACE = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: generate
generate: ## rewrite voicelive/*.gen.go, what lint knows of versions, and the generated part of docs/ from spec/
	@go run ./cmd/vlgen generate -strict
	@go run ./cmd/vlgen docs -strict
	@go run ./cmd/vlgen versions -strict

.PHONY: demo
demo: ## hold a spoken conversation with a simulator; with AZURE_VOICELIVE_ENDPOINT, with Azure
	@go -C examples run ./assistant

.PHONY: demo-browser
demo-browser: ## serve a page to talk from, with a simulator; with AZURE_VOICELIVE_ENDPOINT, with Azure
	@go -C examples run ./browser

.PHONY: check
check: ## print what generate would change; fails if anything
	@go run ./cmd/vlgen check -strict
	@go run ./cmd/vlgen docs -check -strict
	@go run ./cmd/vlgen versions -check -strict

.PHONY: drift
drift: ## compare spec/voicelive.json with upstream, or with UPSTREAM=file-or-URL; fails if it differs
	@go run ./cmd/vlgen drift $(if $(UPSTREAM),-upstream '$(UPSTREAM)') $(if $(FORMAT),-format '$(FORMAT)')

# The report compares with what is committed, so that it stays the same while the
# overlay is mended and this is run again.
.PHONY: spec
spec: ## take a new spec/voicelive.json, FROM=file-or-URL or upstream's, and regenerate; writes spec-report.md
	@before=$$(mktemp -d) && trap 'rm -rf "$$before"' EXIT && \
	git archive HEAD | tar -x -C "$$before" && \
	{ status=0; go run ./cmd/vlgen spec $(if $(or $(FROM),$(UPSTREAM)),-from '$(or $(FROM),$(UPSTREAM))') -before "$$before/spec" -report spec-report.md || status=$$?; \
	go run ./cmd/vlgen versions -unused-overlay warn && exit $$status; }

# The race detector waits a second at the end of each program unless it is told not to.
export GORACE = atexit_sleep_ms=50

# Tests that run without it, too: it takes its time, drops what pools hold, and so they are in files that
# it leaves out, or have fewer rounds with it.
UNRACED      = $(shell git grep -lE '^//go:build !race|race\.Rounds' -- '*_test.go')
UNRACED_RUN  = ^($(subst $(space),|,$(strip $(shell grep -hoE '^func Test[A-Za-z0-9_]+' $(UNRACED) | cut -c6-))))$$
space       := $(subst ,, )

# make lint runs go vet, and more of it than go test would. Here it would first have to read all of the standard library, as it is
# with the race detector. By GOFLAGS, what tests build is built as they are, from packages that are compiled already. With GOGC
# the compiler and the tests use some more memory, and less time.
.PHONY: test
test: ## run all tests, with the race detector if there is a C compiler
	@$(if $(RACE),:,echo "no C compiler: testing without the race detector")
	GOFLAGS='$(strip $(shell go env GOFLAGS) $(RACE))' GOGC=400 go test -vet=off ./...

# With an empty cache this compiles the standard library once more, which takes longer than the tests.
.PHONY: test-unraced
test-unraced: ## run the tests that the race detector leaves out or shortens; without a C compiler make test has run them
	$(if $(RACE),go test -vet=off -run '$(UNRACED_RUN)' $(addprefix ./,$(sort $(dir $(UNRACED)))))

# How many schedules make soak runs: of faults, in virtual time and over TCP, and of the packages
# that decide by events and times.
VIRTUAL   ?= 1000000
REAL      ?= 100000
SCHEDULES ?= 1000000

# And how many conversations: of a user with the simulator, and of a user with an agent.
CONVERSATIONS ?= 20000

MACHINES := ./voicelive/floor ./voicelive/playback ./voicelive/tools

LONG := -run '^Test(Schedules|EverythingAtOnce|ConnectsThatAreCancelled)'

# And how many telephone calls of each network make test-long holds.
CALLS ?= 2000

# Conversations are had one after the other, so two parts go on at once. The race detector takes ten times the time,
# and is for the rounds of make test and of make soak.
LONG_PARTS := long-acs long-agents long-faults long-twilio long-others

.PHONY: test-long
test-long: ## run the tests of chance with as many rounds as CI does
	@$(MAKE) --no-print-directory -j2 $(LONG_PARTS)

.PHONY: $(LONG_PARTS)
long-acs:
	go test -timeout 1h ./voicelive/telephony/acs -run '^TestRandomCalls$$' -calls $(CALLS) -first-call 51
	go test -timeout 1h ./voicelive/telephony/acs -run '^TestIdleSockets$$' -idle 10000
long-agents:
	go test -timeout 1h ./voicelive/agent -run '^TestRandomConversations$$' -conversations 2050 -first 100
	go test -timeout 1h ./voicelive/agent -run '^TestCallsOfAnHour$$' -calls 24
long-faults:
	go test -timeout 1h ./voicelive $(LONG) -virtual 10000 -real 2000 -rounds 1000
long-twilio:
	go test -timeout 1h ./voicelive/telephony/twilio -run '^TestRandomCalls$$' -calls $(CALLS) -first 51
	go test -timeout 1h ./voicelive/telephony/twilio -run '^TestIdleSockets$$' -idle 10000
long-others:
	go test -timeout 1h ./voicelive/record/replay -run '^TestRandomConversations$$' -conversations 100 -first 7
	go test -timeout 1h ./voicelive/leg/legtest -run '^TestRandomConversations' -conversations 50 -first 21

.PHONY: soak
soak: ## run VIRTUAL and REAL random fault schedules, SCHEDULES of floor, playback and tools, and CONVERSATIONS of agents, with new seeds each time
	go test $(RACE) ./voicelive -run '^TestSchedules' -v -timeout 24h -virtual $(VIRTUAL) -real $(REAL) -first $$(date +%s)000000
	go test $(RACE) $(MACHINES) -run '^TestSchedules$$' -v -timeout 24h -schedules $(SCHEDULES) -first $$(date +%s)000000
	go test $(RACE) ./voicelive/leg/legtest -run '^TestRandomConversations' -timeout 24h -conversations $(CONVERSATIONS) -first $$(date +%s)000000
	go test ./voicelive/telephony/acs -run '^TestRandomCalls$$' -timeout 24h -calls $(CONVERSATIONS) -first-call $$(date +%s)000000
	go test ./voicelive/agent -run '^TestRandomConversations$$' -v -timeout 24h -conversations $(CONVERSATIONS) -first $$(date +%s)000000
	go test ./voicelive/telephony/twilio -run '^TestRandomCalls$$' -timeout 24h -calls $(CONVERSATIONS) -first $$(date +%s)000000
	go test ./voicelive/record/replay -run '^TestRandomConversations$$' -v -timeout 24h -conversations $(CONVERSATIONS) -first $$(date +%s)000000

# Packages that count, decode or keep time by themselves; the others build on them.
WITH_32_BITS := ./voicelive ./voicelive/internal/... $(addprefix ./voicelive/,audio floor jsonwire leg playback record tools transcript telephony/internal/...)

.PHONY: portable
portable: ## vet voicelive with 32 bits, and run tests of it
	GOARCH=386 go vet ./voicelive/...
	GOARCH=386 go test $(WITH_32_BITS)

# Each takes a minute to compile the standard library for.
.PHONY: portable-more
portable-more: ## vet for Windows, macOS, 64-bit ARM and WebAssembly
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	GOOS=linux GOARCH=arm64 go vet ./...
	GOOS=js GOARCH=wasm go vet ./voicelive/...

.PHONY: lint
lint: ## gofmt and go vet of all modules, staticcheck of the main one and of examples
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	@set -e; for module in $(filter-out cmd/voicelive $(DEVICE),$(MODULES)); do echo "go -C $$module vet ./..."; go -C $$module vet ./...; done
	CGO_ENABLED=0 go -C $(DEVICE) vet ./...
	$(IN_CLONE) go -C cmd/voicelive vet ./...
	go -C examples run $(STATICCHECK) ./...

.PHONY: examples
examples: ## vet and test the examples; a module of its own, which downloads azidentity
	go -C examples vet ./...
	go -C examples test $(RACE) ./...

# Modules that tell OpenTelemetry of calls, and show what it was told.
TELEMETRY := voicelive/otelvoicelive examples/prometheus

.PHONY: telemetry-test
telemetry-test: ## vet and test telemetry; modules of their own, which download OpenTelemetry
	@set -e; for module in $(TELEMETRY); do \
		go -C $$module vet ./...; \
		go -C $$module test $(RACE) ./...; \
	done

.PHONY: telemetry-bench
telemetry-bench: ## measure what metrics of 300 sessions cost
	go -C voicelive/otelvoicelive test -run '^$$' -bench . -benchtime 20x .

.PHONY: command
command: ## test the command voicelive; a module of its own, which downloads azidentity
	$(IN_CLONE) go -C cmd/voicelive test $(RACE) ./...

.PHONY: javascript
javascript: ## hold a conversation of Microsoft's JavaScript SDK with the simulator; needs npm
	.ci/js/run

.PHONY: release-check
release-check: ## release VERSION (v0.1.0) to nobody, and install it as README says; downloads all modules anew
	.ci/release $(or $(VERSION),v0.1.0)

.PHONY: fuzz
fuzz: ## run each fuzz test for FUZZTIME (20000x, or a duration)
	@set -e; \
	listed=$$(go test -list '^Fuzz' ./...); \
	targets=$$(echo "$$listed" | awk '/^Fuzz/ {names = names " " $$1} /^ok/ {n = split(names, name, " "); for (i = 1; i <= n; i++) print $$2 "." name[i]; names = ""}'); \
	for target in $$targets; do \
		echo "$$target"; \
		go test -run '^$$' -fuzz "^$${target##*.}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x "$${target%.*}"; \
	done

.PHONY: bench
bench: ## compare the codec with its peers; a module of its own, which downloads them
	go -C bench run .

.PHONY: bench-sessions
bench-sessions: ## compare live sessions with those of peers: time, latency and memory; see bench/README.md
	go -C bench run ./sessions

.PHONY: bench-calls
bench-calls: ## compare telephone calls that are bridged to sessions with those of peers; see bench/README.md
	go -C bench run ./calls

.PHONY: bench-agent
bench-agent: ## measure a second of a call with an agent beside one with the session alone; the ratio of processor time is to be 1.25 at most
	go test ./voicelive/agent -run '^$$' -bench Second -benchtime 2000x

.PHONY: bench-test
bench-test: ## test that the contenders of bench do the same work
	go -C bench test ./...

.PHONY: diff-test
diff-test: ## hold the verdicts of vlgen diff against the compiled packages; a module of its own
	go -C gen/apidiff test ./...

.PHONY: browser-test
browser-test: ## test the page of voicelive/browser in Chromium, which must be installed; a module of its own
	go -C voicelive/browser/e2e test ./...

.PHONY: sip-test
sip-test: ## test voicelive/telephony/sip with baresip and sipp, which must be installed; a module of its own
	go -C voicelive/telephony/sip test $(RACE) -tags peers ./...
	go -C voicelive/telephony/sip test -run '^$$' -fuzz '^FuzzGate$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 1x .
	go -C voicelive/telephony/sip test -run '^$$' -fuzz '^FuzzReceiver$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 1x .

# The module whose sound system is C. That takes a minute to compile as go would; what tests need of it takes seconds.
DEVICE       := voicelive/device
DEVICE_FLAGS := -O0 -DMA_NO_DECODING -DMA_NO_ENCODING -DMA_NO_ENGINE -DMA_NO_NODE_GRAPH -DMA_NO_RESOURCE_MANAGER -DMA_NO_GENERATION

.PHONY: device-test
device-test: export CGO_CFLAGS := $(DEVICE_FLAGS)
device-test: ## vet and test voicelive/device, without a sound card; a module of its own, which compiles miniaudio
	CGO_ENABLED=0 go -C $(DEVICE) vet ./...
	go -C $(DEVICE) vet $(RACE) ./...
	go -C $(DEVICE) test $(RACE) ./...
	$(IN_CLONE) go -C cmd/voicelive test $(RACE) -tags device -run '^TestSpeak$$' .

.PHONY: docs-check
docs-check: ## check docs/ with the parsers of AsyncAPI, JSON Schema and Mermaid; needs npm
	.ci/docs/run $(EVENTS)

.PHONY: workflows
workflows: ## check .github/workflows with actionlint
	go run $(ACTIONLINT)

.PHONY: vuln
vuln: ## look for known vulnerabilities in all modules; needs vuln.go.dev
	go run $(GOVULNCHECK) ./...
	@set -e; for module in $(filter-out cmd/voicelive,$(MODULES)); do echo "$$module:"; go run $(GOVULNCHECK) -C $$module ./...; done

.PHONY: commits
commits: ## report messages of commits that differ from CONTRIBUTING, of RANGE=A..B; never fails
	@.ci/commits $(RANGE)

# Statements of the SDK that its own tests run, and those of its layers.
COVERED := ./voicelive/...

.PHONY: cover
cover: ## print the coverage of the SDK, of all its tests together; writes cover.out
	go test -coverpkg=$(COVERED) -coverprofile=cover.out ./voicelive/...
	@go tool cover -func=cover.out | tail -1
