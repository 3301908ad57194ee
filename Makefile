.DEFAULT_GOAL := help
.PHONY: help build run check test bench microbench soak golden

site    := .run/site
tocsin  := .run/tocsin
tailnet := bakery-001.example.com

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the tocsin command, into .run/
	go build -o $(tocsin) ./cmd/tocsin

# Exit status 6 means that something is left for a person to do. The sample has one
# affected tailnet without any address, so sending it must end that way.
run: build ## a walk: make a sample site, build it, write its letters to a folder
	@rm -rf $(site)
	@for line in 'init $(site)' '-C $(site) check' '-C $(site) build' \
	  '-C $(site) explain TS-2026-002' '-C $(site) plan TS-2026-002' \
	  '-C $(site) letters TS-2026-002/1' '-C $(site) letters TS-2026-002/1 --tailnet $(tailnet)' \
	  '-C $(site) send TS-2026-002/1' '-C $(site) status'; do \
	  printf '\n$$ tocsin %s\n' "$$line"; \
	  $(tocsin) $$line || { code=$$?; echo "(exit status $$code)"; [ $$code -eq 6 ] || exit $$code; }; \
	done
	@printf '\nLook next at\n'; printf '  %s\n' \
	  '$(site)/public/index.html                     the website' \
	  '$(site)/var/letters/TS-2026-002-1/index.html  the letters, to be read before they go' \
	  '$(site)/var/outbox/new                        the letters as they went, one file each' \
	  '$(site)/README.md                             what is where'

check: ## the gate: format, vet, staticcheck, tidy, the fast tests
	@unformatted=$$(gofmt -s -l .) && test -z "$$unformatted" || { echo "run gofmt -s -w on: $$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go mod tidy -diff
	go test -short ./...

# SQLite is C in Go's clothes: its memory is not Go's, and database/sql, which is watched, gives a
# connection to one goroutine at a time. Watching its every read would double the time of all. And
# of the thousands of processes that tests start, each would sleep for a second before it ends.
test: ## every test, with the race detector (installs what is missing, or says how)
	@race='-race -gcflags=modernc.org/...=-race=false'; .ci/prepare || { [ "$$CI" != true ] || exit 1; race=; }; \
	  set -- $$race -shuffle=on -timeout 12m ./...; echo "go test $$*"; GORACE=atexit_sleep_ms=0 go test "$$@" && \
	  { [ -n "$$race" ] || echo 'NOT CHECKED: data races. Every test passed without the race detector; see above.'; }

bench: ## tocsin beside Hugo on 100 to 50,000 bulletins, plan on five million nodes, send beside smtp-source; takes long
	go run ./internal/benchmark
	go run ./internal/benchmark -plan -letters 20000
	go run ./internal/benchmark -send

microbench: ## the benchmarks of single parts
	go test -run '^$$' -bench . -benchmem ./...

soak: ## the tests that run reduced elsewhere, in full: kills at every point, and more; takes hours
	TOCSIN_SOAK=1 go test -timeout 3h ./...

golden: ## rewrite expected output; the diff is yours to read
	go test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n1 dirname | sort -u) -update
	@git diff --stat
