/* tag: a tag that is put on a record for the first time gets a record of its own, so that it has a
 * place in the tag list, a colour and a group. */
#pragma once

void tag_attach(void); /* once, at start */
