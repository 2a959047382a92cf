# SPDX-License-Identifier: LGPL-2.1-or-later
# The README's unit file does what the README says.
# shellcheck disable=SC2016 # fences of Markdown, and what the inner shell expands

load ../helpers

@test "the README's service has its groups inside the service" {
	requires systemd root vm
	useradd --create-home judge
	sed -n '/^```ini$/,/^```$/p' "$repo/README.md" | sed '/^```/d' >/run/systemd/system/judge.service
	grep -qx 'Delegate=yes' /run/systemd/system/judge.service
	printf '#!/bin/bash\n"%s" run -- true && cat /proc/self/cgroup >/home/judge/judged\n' "$REMAND" >/usr/local/bin/judge
	chmod +x /usr/local/bin/judge
	echo 'Type=oneshot' >>/run/systemd/system/judge.service
	systemctl daemon-reload
	systemctl start judge.service
	[[ $(</home/judge/judged) == */judge.service/supervisor ]]
}
