#include <stdio.h>
#include "base/clock.h"
#include "io/timer.h"
#include "timer.h"
#include <uv.h>

int fine(void)
{
    /* getenv("HOME") in a comment, and over
       two lines sleep(1) */
    return snprintf(NULL, 0, "getenv(") + object.exit(1) + my_time(0);
}

int wrong(void)
{
    char *home = getenv("HOME");
    return sprintf(home, "%ld", time(NULL));
}
	int tab;
int blanks; 
int wide; /* 0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001 */
int not_wide; /* éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé */
int undone; /* TODO */
