/* Which system calls the child may make. */
#ifndef ATOMIZE_FILTER_H
#define ATOMIZE_FILTER_H

/* For good. Returns 0 or an errno value. */
int filter_enter(void);

#endif
