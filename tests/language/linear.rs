//! `[linear]`: products with weights that are summed, in numbers of their own.

use picojoule::format::Precision;
use picojoule::primitive::Primitive::{Add, Mul, Select};

use super::*;

/// 2 tokens of 3 numbers by 3 by 5, then a gain for each of 5, products of
/// tokens with each other, and a head of 5 by 7.
const OPS: &str = r#"
[[op]]
name = "layer"
einsum = "n d, d e -> n e"
inputs = ["x", { weight = "d e" }]
bias = true

[[op]]
name = "gained"
einsum = "n e, e -> n e"
inputs = ["layer", { weight = "e" }]

[[op]]
name = "scores"
einsum = "n e, m e -> n m"
inputs = ["gained", "y"]

[[op]]
name = "weighed"
einsum = "n m, m e -> n e"
inputs = ["scores", "y"]

[[op]]
name = "head"
einsum = "n e, e v -> n v"
inputs = ["weighed", "table"]
"#;

fn network(linear: &str) -> Counted {
    let inputs = "x = \"n d\", y = \"m e\"";
    let dims = "n = 2, m = 4, d = 3, e = 5, v = 7";
    let tables = format!("[linear]\n{linear}\n[weights]\ntable = \"e v\"\n{OPS}");
    of(&text(inputs, dims, &tables))
}

/// How often a primitive is counted in a format, or in that of the estimate.
fn count(found: &Counted, primitive: Primitive, format: Option<&str>) -> String {
    let fixed = format.map(|format| Precision::Fixed(format.parse().unwrap()));
    let demands = found.census.demands.iter().zip(&found.counts);
    let of_format = demands.filter(|(demand, _)| {
        let own = match demand.precision {
            Precision::Fixed(_) => fixed == Some(demand.precision),
            _ => fixed.is_none(),
        };
        own && demand.primitive() == Some(primitive)
    });
    let sum: num_rational::BigRational = of_format.map(|(_, count)| count).sum();
    sum.to_string()
}

#[test]
fn products_with_weights_are_in_its_format_and_no_others() {
    // 2·3·5 = 30 and 2·5·7 = 70 of linear layers; a gain for 10 numbers, 2·4·5
    // products of tokens, and as many by their scores.
    let found = network("format = \"int8/int32\"");
    assert_eq!(count(&found, Mul, Some("int8")), "100");
    assert_eq!(count(&found, Add, Some("int32")), "100");
    assert_eq!(count(&found, Mul, None), "90");
    let found = network("format = \"int8/int32\"\nexcept = [\"head\"]");
    assert_eq!(count(&found, Mul, Some("int8")), "30");
    assert_eq!(count(&found, Mul, None), "160");
}

#[test]
fn its_weights_may_hold_few_values() {
    // 30 selections and additions; the named table is no weight of an op's own,
    // and says itself which values it holds.
    let found = network("format = \"int8/int32\"\ndomain = \"ternary\"\nexcept = [\"head\"]");
    assert_eq!(count(&found, Select, Some("int8")), "30");
    assert_eq!(count(&found, Add, Some("int32")), "30");
    assert_eq!(count(&found, Mul, Some("int8")), "0");
    // Weights 15 and 5, biases 5, the table 35.
    assert_eq!(found.parameters.to_string(), "60");
}
