//! A block whose rounds differ.

/// Bits that add up: x is {0, 1} in the first round, {0, 1, 2} in the second,
/// {0, 1, 2, 3} in the third and any whole number from the fourth on.
pub const COUNTING: &str = "
name = 'net'
inputs = { x = { shape = 'n 8', domain = 'binary' } }
dims = { n = 4 }
params = { layers = 2 }

[[op]]
name = 'l'
block = 'b'
repeat = 'layers'
inputs = ['x']

[[block]]
name = 'b'
inputs = { x = 'n d' }

[[block.op]]
name = 'c'
einsum = 'n d, d e -> n e'
inputs = ['x', { weight = 'd d' }]

[[block.op]]
name = 's'
apply = 'c >= 1'

[[block.op]]
name = 'y'
apply = 'x + s'
";
