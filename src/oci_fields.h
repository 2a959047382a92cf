/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the members of a seccomp profile's JSON objects; see oci_seccomp.c. */
#ifndef OCI_FIELDS_H
#define OCI_FIELDS_H

#include <errno.h>
#include <jansson.h>
#include <stdint.h>

#include "error.h"
#include "syscall_rules.h"

/* The members of an answer: at the top "defaultAction" and so on, in a rule "action". */
struct oci_answer_keys {
	const char *action, *number, *name;
};

/* Say what is wrong, as printf does; -EINVAL. */
#define oci_fields_fail(error, ...) \
	error_say(error, REMAND_STAGE_POLICY, -EINVAL, "seccomp profile: " __VA_ARGS__)

/* `known` ends with NULL. Any other member is an error: a wish that we would silently not fulfil.
 */
int oci_fields_check(struct remand_error *error, json_t *object, const char *const *known);

/* A list, borrowed; NULL for none. Docker and Podman write null, {} or nothing for an empty one. */
int oci_fields_list(struct remand_error *error, json_t *object, const char *key, json_t **ret);

/* The same, and all its values are strings. */
int oci_fields_strings(struct remand_error *error, json_t *object, const char *key, json_t **ret);

int oci_fields_answer(struct remand_error *error, json_t *object,
	const struct oci_answer_keys *keys, struct syscall_answer *ret);

/* An integer that is not negative; 0 if it is not there. */
int oci_fields_number(struct remand_error *error, json_t *object, const char *key, uint64_t *ret);

/* "4.8": 1, or 0 if it is not there. */
int oci_fields_version(
	struct remand_error *error, json_t *object, const char *key, unsigned long ret[2]);

#endif
