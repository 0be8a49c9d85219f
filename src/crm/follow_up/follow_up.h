/* follow_up: the next date agreed in a follow-up becomes that of the customer or lead. */
#pragma once

void follow_up_attach(void); /* once, at start */
