/* follow_up: the next date agreed in a follow-up becomes that of the customer or lead. One without
 * a date leaves what is planned, unless its time has come and the follow-up has done it; one that
 * goes gives back what was planned before it. */
#pragma once

void follow_up_attach(void); /* once, at start */
