# SPDX-License-Identifier: LGPL-2.1-or-later
# CRuby

load runtimes

@test "a Ruby program runs under ruby" {
	runs ruby --file "$programs/ruby.rb" -- ruby ruby.rb
}
