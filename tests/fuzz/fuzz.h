/* fuzz: a target is one function over bytes from outside that must neither crash nor run away.
 *
 * With libFuzzer (-DFUZZING -fsanitize=fuzzer) it is the entry point. Built plainly, main() replays
 * the files and folders given as a test; `--rounds N` then also tries N random changes of them,
 * best under sanitizers. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
