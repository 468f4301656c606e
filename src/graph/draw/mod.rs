//! Drawings.
use super::OpGraph;
/// x
pub fn dot(_: &OpGraph) -> String {
    String::new()
}
/// x
pub fn mermaid(_: &OpGraph) -> String {
    String::new()
}
/// x
pub fn json(_: &OpGraph) -> String {
    String::new()
}
