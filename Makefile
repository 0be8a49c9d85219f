# How everything is built. ./run and ./test install what this needs; tools/packages lists it.
BUILD = build
NINJA = ninja --quiet
# Warnings stop the build where nobody would read them.
SETUP = meson setup --reconfigure -Dwerror=$(if $(CI),true,false)
ASAN = -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=true
UI = $(shell find ui \( -name node_modules -o -name dist \) -prune -o -type f -print)
UNIT = tests/with-postgres

build: $(BUILD)/build.ninja ui/dist/index.html
	$(NINJA) -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD) -Dwerror=$(if $(CI),true,false)

ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --loglevel=error
	touch $@

ui/dist/index.html: $(UI) ui/node_modules/.package-lock.json
	cd ui && npm run --silent build -- --logLevel warn

tests/node_modules/.package-lock.json: tests/package-lock.json
	cd tests && npm ci --loglevel=error
	touch $@

build-asan/build.ninja:
	meson setup build-asan $(ASAN)

.PHONY: build
