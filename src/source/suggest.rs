//! "Did you mean …?"

/// No longer name is compared: nobody mistypes one.
const LONGEST: usize = 64;
/// At most so many names are compared, and so many shown.
const COMPARED: usize = 1000;
const SHOWN: usize = 24;

/// The one of `known` that `given` is most likely a slip for, if any is close.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may be wrong, one always.
    let length = given.chars().count();
    if length > LONGEST {
        return None;
    }
    // Any letter is one slip away from any other, so one says nothing.
    let allowed = (length / 3).max(1).min(length.saturating_sub(1));
    let lower = given.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.len() <= 4 * LONGEST)
        .take(COMPARED)
        .map(|name| {
            let distance = strsim::damerau_levenshtein(&lower, &name.to_lowercase());
            // `d_model` for `d`, `vanila-attention` for `vanilla`: a shared start counts.
            let shares_start = given.len() > 2 && name.len() > 2 && {
                let lower_name = name.to_lowercase();
                lower_name.starts_with(&lower) || lower.starts_with(&lower_name)
            };
            (
                if shares_start {
                    distance.min(allowed)
                } else {
                    distance
                },
                name,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The known names as one sentence part: `one of a, b, c`, or `none`.
pub fn one_of<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = known.into_iter().collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        [only] => format!("only `{only}`"),
        names if names.len() <= SHOWN => format!("one of `{}`", names.join("`, `")),
        names => format!(
            "one of `{}` and {} more",
            names[..SHOWN].join("`, `"),
            names.len() - SHOWN
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["vanilla", "e-att", "l1"];
        assert_eq!(did_you_mean("vanila", known), Some("vanilla"));
        assert_eq!(did_you_mean("E-Att", known), Some("e-att"));
        assert_eq!(did_you_mean("e_att", known), Some("e-att"));
        assert_eq!(did_you_mean("softmax", known), None);
        assert_eq!(did_you_mean("q", ["b", "n"]), None);
        assert_eq!(
            did_you_mean("transformer", ["transformer-base"]),
            Some("transformer-base")
        );
    }
}
