#include "text/text.h"
__attribute__((weak)) bool text_address_split(struct arena *a, str s, struct text_address *out) { *out=(struct text_address){.street=arena_str(a,s)}; return false; }
__attribute__((weak)) bool text_email_parse(struct arena *a, str s, str *out) { *out=arena_str(a,s); return true; }
__attribute__((weak)) str text_email_mask(struct arena *a, str s) { (void)a; return s; }
