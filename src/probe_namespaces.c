/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The namespaces of a cell, made and dropped. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "probe.h"
#include "sub_ids.h"
#include "userns.h"

#define SECTION "Namespaces"

#define CELL_NAMESPACES \
	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/* In the child: the one mount of a cell that hosts refuse. mount_namespaces(7): a new procfs needs
 * one that is not masked by other mounts. */
_Noreturn static void mount_proc(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		_exit(errno);
	_exit(0);
}

static void add_cell(struct remand_probe *probe)
{
	int r = userns_try(CELL_NAMESPACES, mount_proc);

	probe_add(probe,
		&(struct remand_fact){ SECTION, "pid, mount, net, ipc, uts", "3.8",
			r < 0 ? REMAND_FACT_WEAK : REMAND_FACT_OK,
			.mend = "sysctl -w user.max_pid_namespaces=15000 "
				"user.max_mnt_namespaces=15000 user.max_net_namespaces=15000 "
				"user.max_ipc_namespaces=15000 user.max_uts_namespaces=15000" },
		r < 0 ? "refused: %s" : "yes", strerrordesc_np(-r));
	if (r < 0)
		return;
	probe_add(probe,
		&(struct remand_fact){ SECTION, "a new /proc", NULL,
			r > 0 ? REMAND_FACT_WEAK : REMAND_FACT_OK,
			.mend = "unmask the container's /proc: docker run --security-opt "
				"systempaths=unconfined, podman run --security-opt unmask=ALL, "
				"Kubernetes securityContext: {procMount: Unmasked}" },
		r > 0 ? "refused: %s; something is mounted over parts of /proc" : "yes",
		strerrordesc_np(r));
}

/* Without any, a run has the caller's own: the wall of the user namespace stands alone. */
static void add_ids(struct remand_probe *probe)
{
	const bool sub_ids = sub_ids_find().found, own = probe->host.privileged || sub_ids;

	probe_add(probe,
		&(struct remand_fact){ SECTION, "host ids of a run's own", "3.8",
			own ? REMAND_FACT_OK : REMAND_FACT_NOTE,
			.mend = "apt-get install uidmap; as root: usermod --add-subuids "
				"100000-165535 --add-subgids 100000-165535 USER" },
		"%s",
		probe->host.privileged ? "yes"
		: sub_ids              ? "yes, of /etc/subuid"
			  : "no: no range in /etc/subuid and /etc/subgid, or no newuidmap");
}

void probe_namespaces(struct remand_probe *probe)
{
	char way[256] = "";
	int r = userns_probe();

	if (r < 0)
		userns_explain(r, way, sizeof(way));
	probe_add(probe,
		&(struct remand_fact){ SECTION, "user namespaces", "3.8",
			r < 0 ? REMAND_FACT_WEAK : REMAND_FACT_OK, .mend = way },
		r < 0 ? "refused: %s" : "yes", strerrordesc_np(-r));
	if (r == 0)
		add_cell(probe);
	add_ids(probe);
}
