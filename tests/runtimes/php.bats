# SPDX-License-Identifier: LGPL-2.1-or-later
# PHP

load runtimes

@test "a PHP program runs under php" {
	runs php --file "$programs/php.php" -- php php.php
}
