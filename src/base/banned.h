/* Calls that have a safer form here; using one does not compile. Included by the build everywhere.
 */
#pragma once
#if !defined(__ASSEMBLER__) && !defined(__cplusplus)
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#undef alloca
#pragma GCC poison gets strcpy strcat sprintf vsprintf strtok strtok_r atoi atol atoll sscanf
#pragma GCC poison fscanf scanf alloca system popen mktemp tmpnam rand srand srandom
#pragma GCC poison signal localtime gmtime ctime asctime
#endif
