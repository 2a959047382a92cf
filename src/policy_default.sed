# SPDX-License-Identifier: LGPL-2.1-or-later
# A text as a C string literal, line by line.
s/[\\"]/\\&/g
s/.*/"&\\n"/
