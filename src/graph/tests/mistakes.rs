//! What is reported of mistakes: the message, where, and what would be right.

use super::try_lowered;
use crate::graph::Unfold;

/// The one mistake in a model as `message @ line:column`, checked to say
/// `help` as well.
fn reported(text: &str, blocks: &[(&str, &str)], help: &str) -> String {
    let problems = try_lowered(text, blocks, Unfold::No).unwrap_err();
    let shown = problems.to_string();
    assert_eq!(problems.len(), 1, "{shown}");
    assert!(shown.contains(help), "{help} is not in\n{shown}");
    let mistake = problems.iter().next().unwrap();
    let place = mistake.place().map(ToString::to_string).unwrap_or_default();
    format!("{} @ {place}", mistake.message())
}

/// A model with the input x = [b, n, d], b = 2, n = 3, d = 512, h = 8. Its ops
/// start in line 4.
fn model(ops: &str) -> String {
    format!(
        "name = 'm'\ninputs = {{ x = 'b n d' }}\n\
         dims = {{ b = 2, n = 3, d = 512, h = 8 }}\n{ops}"
    )
}

#[test]
fn a_head_count_that_does_not_divide_the_width() {
    let text = model("[[op]]\nname = 'q'\neinsum = 'b n (h k) -> b h n k'\ninputs = ['x']\n")
        .replace("h = 8", "h = 7");
    assert_eq!(
        reported(&text, &[], "d/h with d = 512, h = 7"),
        "axis `k` of `q` is 512/7 (about 73.14): not a whole number @ m.toml:6:18"
    );
}

#[test]
fn an_axis_that_nothing_tells() {
    let text = model("[[op]]\nname = 'q'\neinsum = 'b n (a k) -> b a n k'\ninputs = ['x']\n");
    assert_eq!(
        reported(
            &text,
            &[],
            "give it a dim of the same name, or say it with `axes = { … }`"
        ),
        "nothing tells how large axis `a` of `q` is @ m.toml:6:16"
    );
    let text = model("[[op]]\nname = 'q'\neinsum = 'b n (y + k) -> b n y'\ninputs = ['x']\n");
    assert_eq!(
        reported(
            &text,
            &[],
            "an axis that only the window has is told by `axes = { k = 3 }`"
        ),
        "`k` is neither an axis of `q` nor a known name @ m.toml:6:20"
    );
    let text = model("[[op]]\nname = 'q'\neinsum = 'b n (y + k) -> b n y k'\ninputs = ['x']\n");
    assert_eq!(
        reported(
            &text,
            &[],
            "told by a weight, a dim, or `axes = { ky = 3 }`"
        ),
        "nothing tells how large axes `k` and `y` of `q` are; one of them may be open @ m.toml:6:16"
    );
}

#[test]
fn an_axis_of_the_result_that_no_input_has() {
    let text = model("[[op]]\nname = 'q'\neinsum = 'b n d -> b n e'\ninputs = ['x']\n");
    assert_eq!(
        reported(
            &text,
            &[],
            "its inputs have `b`, `d`, `n`; a dim may stand there too"
        ),
        "axis `e` of the result of `q` is on no input @ m.toml:6:24"
    );
}

#[test]
fn too_few_axes_in_the_notation() {
    let text = model("[[op]]\nname = 'q'\neinsum = 'b n -> b'\ninputs = ['x']\n");
    assert_eq!(
        reported(&text, &[], "its shape is [b, n, d]"),
        "input 1 of `q` has 3 axes, but its notation names 2 @ m.toml:6:11"
    );
}

#[test]
fn an_operand_too_few() {
    let text = model("[[op]]\nname = 'q'\neinsum = 'b n d, d e -> b n e'\ninputs = ['x']\n");
    assert_eq!(
        reported(
            &text,
            &[],
            "a weight stands among them as `{ weight = \"d e\" }`"
        ),
        "`q` has 1 input, but its notation names 2 @ m.toml:6:11"
    );
}

#[test]
fn dims_that_do_not_fit() {
    let text = model(
        "[[op]]\nname = 'q'\neinsum = 'b n d, d e -> b n e'\n\
         inputs = ['x', { weight = 'h n' }]\n",
    );
    assert_eq!(
        reported(&text, &[], "inputs of `q`: [b, n, d], [h, n]"),
        "axis `d` of `q` is h here, but d elsewhere @ m.toml:6:18"
    );
    let text = model("[[op]]\nname = 'q'\napply = 'x + y'\n")
        .replace("x = 'b n d'", "x = 'b n d', y = 'b n'");
    assert_eq!(
        reported(&text, &[], "from the last one on"),
        "shapes [b, n, d] and [b, n] do not fit together @ m.toml:6:10"
    );
    let text = model("[[op]]\nname = 'q'\neinsum = 'b n (h d) -> b n'\ninputs = ['x']\n");
    assert_eq!(
        reported(&text, &[], "the input of `q`: [b, n, d]"),
        "axes `h d` of `q` make d·h, but the input has d @ m.toml:6:16"
    );
}

#[test]
fn ops_that_wait_for_each_other() {
    let text = model(
        "[[op]]\nname = 'a'\napply = 'x + c'\n[[op]]\nname = 'p'\napply = 'a + 1'\n\
         [[op]]\nname = 'c'\napply = 'p + 1'\n",
    );
    assert_eq!(
        reported(&text, &[], ""),
        "ops that wait for each other: `p` → `c` → `a` → `p` @ m.toml:5:8"
    );
}

#[test]
fn blocks_that_call_each_other() {
    let calls = |name: &str, other: &str| {
        format!(
            "name = '{name}'\ninputs = {{ x = 'n' }}\n\
             [[op]]\nname = 'o'\nblock = '{other}'\ninputs = ['x']\n"
        )
    };
    let (a, b) = (calls("a", "b"), calls("b", "a"));
    let text = "name = 'm'\ninputs = { x = 'n' }\ndims = { n = 4 }\n\
                [[op]]\nname = 'o'\nblock = 'a'\ninputs = ['x']\n";
    assert_eq!(
        reported(text, &[("a", &a), ("b", &b)], ""),
        "blocks that call each other: `a` → `b` → `a` @ b.toml:5:10"
    );
    let own = calls("a", "a");
    assert_eq!(
        reported(text, &[("a", &own)], ""),
        "block `a` calls itself @ a.toml:5:10"
    );
}

#[test]
fn an_unknown_input() {
    let text = model(
        "[[op]]\nname = 'first'\napply = 'x + 1'\n[[op]]\nname = 'q'\nper_element = { mul = 1 }\ninputs = ['frist']\n",
    );
    assert_eq!(
        reported(&text, &[], "did you mean `first`?"),
        "`m` has no input, weight or op `frist` @ m.toml:10:12"
    );
    let text = model("[[op]]\nname = 'q'\nper_element = { mul = 1 }\ninputs = ['d']\n");
    assert_eq!(
        reported(&text, &[], "only `apply` takes numbers among its inputs"),
        "`d` is a number, not a tensor @ m.toml:7:12"
    );
}

#[test]
fn a_name_given_twice() {
    let text = model("[[op]]\nname = 'q'\napply = 'x + 1'\n[[op]]\nname = 'q'\napply = 'x + 2'\n");
    assert_eq!(
        reported(&text, &[], "first here"),
        "the name `q` is given twice @ m.toml:8:8"
    );
    let text = model("[[op]]\nname = 'd'\napply = 'x + 1'\n");
    assert!(reported(&text, &[], "first here").starts_with("the name `d` is given twice"));
}

#[test]
fn a_block_with_the_wrong_inputs() {
    let block = "name = 'add'\ninputs = { x = 'b n d', y = 'b n d' }\n\
                 [[op]]\nname = 'o'\napply = 'x + y'\n";
    let text = model("[[op]]\nname = 'q'\nblock = 'add'\ninputs = ['x']\n");
    assert_eq!(
        reported(
            &text,
            &[("add", block)],
            "its inputs are, in this order, `x`, `y`"
        ),
        "block `add` takes 2 inputs, not 1 @ m.toml:6:10"
    );
    let text = text
        .replace("['x']", "['x', 'y']")
        .replace("x = 'b n d'", "x = 'b n d', y = 'b n'");
    assert_eq!(
        reported(&text, &[("add", block)], "its shape"),
        "`y` of block `add` has 3 axes, but is given [b, n] @ m.toml:6:10"
    );
    let text = text.replace("y = 'b n'", "y = 'b n h'");
    assert_eq!(
        reported(&text, &[("add", block)], "declared here"),
        "axis `d` of input `y` of block `add` is d, but is given h @ m.toml:6:10"
    );
}

#[test]
fn a_block_that_cannot_follow_upon_itself() {
    let block = "name = 'wider'\ninputs = { x = 'b n d' }\n\
                 [[op]]\nname = 'o'\neinsum = 'b n d, d e -> b n e'\n\
                 inputs = ['x', { weight = 'd (2 * d)' }]\n";
    let text = model("[[op]]\nname = 'q'\nblock = 'wider'\nrepeat = 3\ninputs = ['x']\n");
    assert_eq!(
        reported(
            &text,
            &[("wider", block)],
            "gives what it takes as its first input"
        ),
        "`q` cannot follow upon itself: it takes [b, n, d] and gives [b, n, 2·d] @ m.toml:6:10"
    );
}

#[test]
fn a_skipped_op_without_an_input() {
    let text = model(
        "[[op]]\nname = 'q'\nwhen = '0'\nper_element = { mul = 1 }\ninputs = [{ weight = 'd' }]\n",
    );
    assert_eq!(
        reported(&text, &[], "needs an input that is no weight"),
        "`q` has no input to stand for it when it is skipped @ m.toml:6:9"
    );
}

#[test]
fn unknown_slots() {
    let text = model(
        "[slots]\nattention = 'relu'\n[[op]]\nname = 'q'\nslot = 'atention'\ninputs = ['x']\n",
    );
    assert_eq!(
        reported(&text, &[], "did you mean `attention`?"),
        "no slot `atention` @ m.toml:8:9"
    );
    let text = model(
        "[slots]\nact = 'relu'\n[[op]]\nname = 'q'\nslot = 'act'\ninputs = ['x']\n\
         [[variant]]\nname = 'v'\nslots = { acc = 'silu' }\n",
    );
    assert_eq!(
        reported(&text, &[], "did you mean `act`?"),
        "no slot `acc` @ m.toml:12:11"
    );
}

#[test]
fn scopes_that_are_not_right() {
    let scope = |scopes: &str| {
        model(&format!(
            "[[op]]\nname = 'q'\nstage = 'q-proj'\napply = 'x + 1'\n[scopes]\n{scopes}"
        ))
    };
    assert_eq!(
        reported(&scope("all = ['q-prj']\n"), &[], "did you mean `q-proj`?"),
        "the scope `all` names the stage `q-prj`, which no op has @ m.toml:9:8"
    );
    assert_eq!(
        reported(&scope("all = []\n"), &[], ""),
        "the scope `all` is empty @ m.toml:9:7"
    );
    assert_eq!(
        reported(&scope("all = ['all']\n"), &[], ""),
        "the scope `all` contains itself @ m.toml:9:8"
    );
}

#[test]
fn a_number_that_depends_on_itself() {
    let text = "name = 'm'\ninputs = { x = 'n' }\ndims = { n = 'k + 1', k = 'n - 1' }\n\
                [[op]]\nname = 'o'\napply = 'x + 1'\n";
    let problems = try_lowered(text, &[], Unfold::No).unwrap_err();
    let first = problems.iter().next().unwrap();
    assert_eq!(first.message(), "`n` depends on itself: `n` → `k` → `n`");
    assert_eq!(problems.len(), 1, "{problems}");
}
