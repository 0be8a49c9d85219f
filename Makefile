# How everything is built. tools/packages lists what it needs; ./run and ./test install that first.
BUILD = build
NINJA = ninja --quiet
# Warnings stop the build where nobody would read them.
WERROR = -Dwerror=$(if $(CI),true,false)
SANITIZE = -Db_lundef=false
UI = $(shell find ui \( -name node_modules -o -name dist \) -prune -o -type f -print)
C = $(shell find src tools tests bench \( -name testdata -o -name node_modules \) -prune -o -name '*.[ch]' -print)
NODE = tools/node/node_modules/.package-lock.json
WITH_NODE = PATH="$(CURDIR)/tools/node/node_modules/.bin:$$PATH"
FUZZ_SECONDS = 60

build: $(BUILD)/build.ninja ui/dist/index.html
	@$(NINJA) -C $(BUILD)

# While working: under a minute when warm.
check: build lint
	@UNIT_PART=1/2 $(BUILD)/unit >$(BUILD)/unit-part.log 2>&1 & part=$$!; \
	UNIT_PART=2/2 $(BUILD)/unit; rest=$$?; \
	wait $$part || { cat $(BUILD)/unit-part.log; exit 1; }; \
	grep '^\[  PASSED' $(BUILD)/unit-part.log; exit $$rest

# What runs in several threads, under ThreadSanitizer: HTTP server, database, jobs, the log's readers,
# streams, sessions in memory, requests with a key.
check-threads: build-tsan
	TSAN_OPTIONS=halt_on_error=0:exitcode=66 build-tsan/unit http_ job reader db_ stream session_cache idempotency

lint:
	@clang-format --dry-run -Werror $(C)
	tools/check-floors
	tools/check-messages

# What the suites of ./test run on.
test-tools: tests/node_modules/.package-lock.json ui/node_modules/.package-lock.json

check-objects: test-tools
	@cd tests && $(WITH_NODE) node objects-schema.mjs

check-screen: ui/node_modules/.package-lock.json
	@cd ui && $(WITH_NODE) npm run --silent test

bench: build
	bench/run

# make fuzz TARGET=condition: one target only.
fuzz: TARGET = condition formula sheet text
fuzz: build-fuzz/build.ninja
	$(NINJA) -C build-fuzz
	for t in $(TARGET); do mkdir -p build-fuzz/found/$$t && \
	    build-fuzz/tests/fuzz/$${t}_fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	    -artifact_prefix=build-fuzz/found/$$t- build-fuzz/found/$$t tests/fuzz/corpus/$$t || exit 1; done

deb: ui/dist/index.html
	deploy/make-deb

clean:
	rm -rf build build-* ui/dist

build-asan: build-asan/build.ninja
	@$(NINJA) -C $@
build-tsan: build-tsan/build.ninja
	@$(NINJA) -C $@ unit

$(BUILD)/build.ninja:
	meson setup $(BUILD) $(WERROR)
build-asan/build.ninja:
	meson setup build-asan -Db_sanitize=address,undefined $(SANITIZE)
build-tsan/build.ninja:
	meson setup build-tsan -Db_sanitize=thread $(SANITIZE)
build-fuzz/build.ninja:
	CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false

$(NODE): tools/node/package-lock.json
	cd tools/node && npm ci --loglevel=error
	@touch $@
%/node_modules/.package-lock.json: %/package-lock.json $(NODE)
	cd $* && $(WITH_NODE) npm ci --loglevel=error
	@touch $@

ui/dist/index.html: $(UI) ui/node_modules/.package-lock.json
	cd ui && $(WITH_NODE) npm run --silent build -- --logLevel error
	@touch $@

.PHONY: build check lint test-tools check-objects check-screen bench fuzz deb clean check-threads build-asan build-tsan
