/* relation: who knows whom. */
#pragma once

void relation_attach(void); /* once, at start */
