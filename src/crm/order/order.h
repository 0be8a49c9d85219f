/* order: what orders and their lines need beyond their declarations. */
#pragma once

void order_attach(void); /* once, at start */
