/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a seccomp profile: read or refused, and what is read compiles. */
#include <stdlib.h>

#include "../unit/bpf.h"
#include "oci_seccomp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_seccomp_source source = { (const char *)data, size, 6, 12 };
	struct syscall_rules rules = { 0 };
	struct filter_program program = { 0 };
	struct remand_error error;

	if (oci_seccomp_parse(&source, &rules, &error) < 0) {
		if (rules.rules)
			abort();
		return 0;
	}
	if (filter_compile(&rules, &program, &error) == 0 && !bpf_is_loadable(&program))
		abort();
	filter_program_done(&program);
	syscall_rules_done(&rules);
	return 0;
}
