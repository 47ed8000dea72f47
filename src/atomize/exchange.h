/* What the client's files share: a child that is ready, one frame, and what an exchange that failed means. */
#ifndef ATOMIZE_EXCHANGE_H
#define ATOMIZE_EXCHANGE_H

#include "client.h"

child_patience client_patience(const atomize_client *client);
/* A child that can be used for the tenant; it has said that it stands in its sandbox. A document that is still in hand
 * is left. */
hart_code client_need_child(atomize_client *client, int32_t tenant, hart_error *err);
/* The next frame of a reply, its payload in client->frame, followed by a NUL. */
hart_code client_read_frame(atomize_client *client, frame_header *header, const child_patience *patience,
                            hart_error *err);
/* After an exchange that ended with another code than HART_OK: what the caller is told. The child is replaced but after
 * an honest refusal. `doing` names the atomizer, or NULL. */
hart_code client_judge(atomize_client *client, hart_code code, const hart_atomizer *doing, int64_t source,
                       hart_error *err);

#endif
