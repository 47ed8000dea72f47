/* liar: stands for a child that was taken over. */
#ifndef TEST_LIAR_H
#define TEST_LIAR_H

#include "request.h"

void put(int kind, int flags, int number, const void *payload, uint32_t size);
/* What it does wrong is what the document says: a row of its table. */
void lie_about_document(const atomize_request *request);

#endif
