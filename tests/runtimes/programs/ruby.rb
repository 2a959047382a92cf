# SPDX-License-Identifier: LGPL-2.1-or-later
# What programs in every language here do; see tests/runtimes/runtimes.bash.
count, depth, megabytes = gets.split.map(&:to_i)
x = 1
numbers = Array.new(count) { x = x * 16807 % 2147483647 }.sort
puts "sorted #{numbers[0]} #{numbers[count / 2]} #{numbers[-1]}"

threads = (0..3).map do |part|
  Thread.new { (part...count).step(4).sum { |i| numbers[i] } }
end
puts "sum #{threads.sum(&:value)}"

begin
  numbers.fetch(count)
rescue IndexError
  puts 'caught'
end

def recurse(depth)
  depth.zero? ? 0 : depth + recurse(depth - 1)
end
puts "depth #{recurse(depth)}"

kept = []
pieces = 0
while pieces < megabytes * 1024
  kept[pieces % 1000] = 'x' * 1024
  pieces += 1
end
GC.start
puts "pieces #{pieces}"

File.write('scratch', "#{numbers[0]}\n")
back = File.read('scratch').to_i
File.delete('scratch')
puts "file #{back == numbers[0] ? 1 : 0}"
