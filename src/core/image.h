/* image: pictures without what cameras and programs say about them. They are not decoded, so that a
 * hostile one meets little that it could break; why, in docs/decisions. */
#pragma once

#include <stdio.h>

#include "base/str.h"

enum image_fault { IMAGE_FINE, IMAGE_BROKEN, IMAGE_TOO_LARGE };

/* type: image/jpeg, image/png, image/gif or image/webp. Writes to `out` what is needed to show the
 * picture: the pixels, colour profiles, animation, and how a JPEG is to be turned. Left out are
 * places, times, cameras, names, comments, previews, and whatever lies behind the end. A JPEG or a
 * GIF that is cut off within its pixels is taken, as browsers do. More than LIMIT_IMAGE_PIXELS are
 * too many. That all was written is for the caller to ask `out`. */
enum image_fault image_clean(str type, str bytes, FILE *out);
