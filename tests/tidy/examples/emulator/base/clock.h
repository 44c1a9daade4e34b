/* clock.h - the header that clock.c has to include first. */
