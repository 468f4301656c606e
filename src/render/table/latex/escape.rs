//! Text in LaTeX: what TeX would interpret is escaped, and what no font of its own
//! has is written another way.

use std::path::Path;

/// So many characters at most stand in a row of which none can end a line.
const LONGEST_RUN: usize = 18;

/// `text` with everything escaped that TeX would interpret or not know.
pub(super) fn escape(text: &str) -> String {
    let text = closed_quotes(text);
    let mut out = String::new();
    let mut rest = text.trim().chars().filter(|c| !is_invisible(*c)).peekable();
    while let Some(c) = rest.next() {
        if let Some(first) = script(c) {
            let mut run = String::from(first.1);
            while let Some(next) = rest.peek().copied().and_then(script)
                && next.0 == first.0
            {
                run.push(next.1);
                rest.next();
            }
            match run.len() {
                1 => out += &format!("${}{run}$", first.0),
                _ => out += &format!("${}{{{run}}}$", first.0),
            }
            continue;
        }
        match command(c) {
            Some(command) => out += command,
            // `--` would become a dash.
            None if c == '-' && rest.peek() == Some(&'-') => out += "-{}",
            None if c.is_control() => out.push(' '),
            None if is_in_every_font(c) => out.push(c),
            None => out += &by_engine(c),
        }
    }
    out
}

/// The same with places inside of long words where a line may end.
pub(super) fn escape_breakable(text: &str) -> String {
    let text = closed_quotes(text);
    let words = text.split(' ').map(|word| {
        let pieces: Vec<String> = pieces(word).iter().map(|piece| escape(piece)).collect();
        pieces.join(r"\allowbreak{}")
    });
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Every second backquote as the end of what the one before it begins.
fn closed_quotes(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let quoted = parts.map(|(at, part)| match at {
        0 => part.to_owned(),
        at if at % 2 == 1 => format!("‘{part}"),
        _ => format!("’{part}"),
    });
    quoted.collect()
}

/// A word in pieces between which a line may end: after signs that join names, and
/// anywhere in what has none of them for long.
pub(super) fn pieces(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().filter(|c| !is_invisible(*c)).collect();
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for (at, c) in chars.iter().enumerate() {
        piece.push(*c);
        let Some(next) = chars.get(at + 1) else { break };
        let is_inside_number = matches!(c, '.' | ',') && next.is_ascii_digit();
        let is_joint = matches!(
            c,
            '_' | '.'
                | '/'
                | '\\'
                | '-'
                | '–'
                | '—'
                | '='
                | ':'
                | ','
                | ';'
                | ')'
                | '×'
                | '·'
                | '@'
        );
        // Signs in a row stay together, and so does what closes a bracket.
        let is_last_joint = next.is_alphanumeric() || *next == '(';
        let ends = is_joint && is_last_joint && !is_inside_number;
        if ends || piece.chars().count() >= LONGEST_RUN {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.push(piece);
    pieces
}

/// A caption, in which files are called as they are without their folders and
/// extensions: whoever reads a paper has neither.
pub(super) fn caption(title: &str) -> String {
    let words = title.split(' ').map(|word| {
        let start = word
            .find(|c: char| !matches!(c, '(' | '`' | '"'))
            .unwrap_or(0);
        let (before, rest) = word.split_at(start);
        let end = rest
            .trim_end_matches([')', '`', '"', ',', ':', ';', '.'])
            .len();
        let (file, after) = rest.split_at(end);
        let is_path = ["./", "../", "/", ".\\", "~/"]
            .iter()
            .any(|start| file.starts_with(start));
        match Path::new(file).file_stem().filter(|_| is_path) {
            Some(stem) => format!("{before}{}{after}", stem.to_string_lossy()),
            None => word.to_owned(),
        }
    });
    escape_breakable(&words.collect::<Vec<String>>().join(" "))
}

/// A name for `\label`: words of `text`, as many as are short together.
pub(super) fn slug(text: &str) -> String {
    const LONGEST: usize = 40;
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if !slug.is_empty() && slug.len() + word.len() >= LONGEST {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(LONGEST));
    }
    slug
}

/// What has no width of its own and may turn the direction of what follows.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{61c}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
    )
}

/// ASCII, and the letters that pdfTeX puts together in its first encoding.
fn is_in_every_font(c: char) -> bool {
    c.is_ascii()
        || ('\u{c0}'..='\u{ff}').contains(&c) && !matches!(c, 'Ð' | 'ð' | 'Þ' | 'þ')
        || "ĀāĂăĆćČčĎďĒēĚěĞğĪīŁłŃńŇňŌōŐőŒœŘřŚśŞşŠšŤťŪūŮůŰűŹźŻżŽž¡¿£§¶©®".contains(c)
}

/// A sign that engines with Unicode fonts can show and pdfTeX cannot.
fn by_engine(c: char) -> String {
    format!(
        r"\ifdefined\Umathcode {c}\else U+{:04X}\fi{{}}",
        u32::from(c)
    )
}

/// A superscript or subscript: `^` or `_`, and the character that is raised.
fn script(c: char) -> Option<(char, char)> {
    const SUPER: [(char, char); 14] = [
        ('⁰', '0'),
        ('¹', '1'),
        ('²', '2'),
        ('³', '3'),
        ('⁴', '4'),
        ('⁵', '5'),
        ('⁶', '6'),
        ('⁷', '7'),
        ('⁸', '8'),
        ('⁹', '9'),
        ('⁺', '+'),
        ('⁻', '-'),
        ('ⁿ', 'n'),
        ('ᵀ', 'T'),
    ];
    const SUB: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
    if let Some((_, raised)) = SUPER.into_iter().find(|(sign, _)| *sign == c) {
        return Some(('^', raised));
    }
    let digit = SUB.into_iter().position(|sign| sign == c)?;
    Some(('_', char::from_digit(digit as u32, 10)?))
}

/// What TeX needs in place of `c`, if anything.
fn command(c: char) -> Option<&'static str> {
    Some(match c {
        '%' => r"\%",
        '&' => r"\&",
        '_' => r"\_",
        '#' => r"\#",
        '$' => r"\$",
        '{' => r"\{",
        '}' => r"\}",
        '~' => r"\textasciitilde{}",
        '^' => r"\textasciicircum{}",
        '\\' => r"\textbackslash{}",
        // After `\\` a bracket would be read as its option, and a star as its form.
        '[' => "{[}",
        '*' => "{*}",
        '<' => "$<$",
        '>' => "$>$",
        '|' => "$|$",
        '"' => "''",
        '\u{202f}' | '\u{2009}' => r"\,",
        '\u{a0}' => "~",
        '–' => "--",
        '—' => "---",
        '…' => r"\ldots{}",
        '“' => "``",
        '”' => "''",
        '‘' => "`",
        '’' => "'",
        '−' => "$-$",
        '×' => r"$\times$",
        '·' => r"$\cdot$",
        '±' => r"$\pm$",
        '≤' => r"$\leq$",
        '≥' => r"$\geq$",
        '≈' => r"$\approx$",
        '≠' => r"$\neq$",
        '→' => r"$\to$",
        '∞' => r"$\infty$",
        '√' => r"$\surd$",
        '÷' => r"$\div$",
        '½' => r"$\frac12$",
        '¼' => r"$\frac14$",
        '¾' => r"$\frac34$",
        '«' => r"$\ll$",
        '»' => r"$\gg$",
        '←' => r"$\leftarrow$",
        '↔' => r"$\leftrightarrow$",
        '⇒' => r"$\Rightarrow$",
        '∑' => r"$\sum$",
        '∂' => r"$\partial$",
        '∈' => r"$\in$",
        '⋅' | '•' => r"$\cdot$",
        '‐' | '‑' => "-",
        '′' => r"$'$",
        '⌊' => r"$\lfloor$",
        '⌋' => r"$\rfloor$",
        '⌈' => r"$\lceil$",
        '⌉' => r"$\rceil$",
        '°' => r"$^\circ$",
        'µ' | 'μ' => r"$\mu$",
        'α' => r"$\alpha$",
        'β' => r"$\beta$",
        'γ' => r"$\gamma$",
        'δ' => r"$\delta$",
        'ε' => r"$\epsilon$",
        'η' => r"$\eta$",
        'θ' => r"$\theta$",
        'λ' => r"$\lambda$",
        'π' => r"$\pi$",
        'ρ' => r"$\rho$",
        'σ' => r"$\sigma$",
        'τ' => r"$\tau$",
        'φ' => r"$\phi$",
        'χ' => r"$\chi$",
        'ψ' => r"$\psi$",
        'ω' => r"$\omega$",
        'ζ' => r"$\zeta$",
        'ι' => r"$\iota$",
        'κ' => r"$\kappa$",
        'ν' => r"$\nu$",
        'ξ' => r"$\xi$",
        'υ' => r"$\upsilon$",
        'Γ' => r"$\Gamma$",
        'Θ' => r"$\Theta$",
        'Λ' => r"$\Lambda$",
        'Ξ' => r"$\Xi$",
        'Π' => r"$\Pi$",
        'Φ' => r"$\Phi$",
        'Ψ' => r"$\Psi$",
        'Δ' => r"$\Delta$",
        'Σ' => r"$\Sigma$",
        'Ω' => r"$\Omega$",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_character_is_escaped() {
        assert_eq!(escape("% & _ # $ { }"), r"\% \& \_ \# \$ \{ \}");
        assert_eq!(
            escape(r"~ ^ \"),
            r"\textasciitilde{} \textasciicircum{} \textbackslash{}"
        );
        assert_eq!(escape("[a] *"), "{[}a] {*}");
        assert_eq!(escape("--set"), "-{}-set");
        assert_eq!(escape("---"), "-{}-{}-");
        assert_eq!(escape("a\nb"), "a b");
    }

    #[test]
    fn signs_become_commands() {
        assert_eq!(escape("2·b·n·d²/h"), r"2$\cdot$b$\cdot$n$\cdot$d$^2$/h");
        assert_eq!(escape("10⁻¹² J"), "10$^{-12}$ J");
        assert_eq!(escape("x₁²"), "x$_1$$^2$");
        assert_eq!(escape("ρ ≤ ½ é"), r"$\rho$ $\leq$ $\frac12$ é");
        assert_eq!(escape("⌊n⌋ − 1"), r"$\lfloor$n$\rfloor$ $-$ 1");
    }

    #[test]
    fn quotes_are_closed() {
        assert_eq!(escape("`a` and `b`"), "`a' and `b'");
        assert_eq!(escape_breakable("`a b`, c"), "`a b', c");
    }

    #[test]
    fn what_turns_the_direction_of_text_is_left_out() {
        assert_eq!(escape("a\u{202e}b\u{200f}\u{feff}c"), "abc");
    }

    #[test]
    fn a_sign_that_pdftex_lacks_is_named_there() {
        assert_eq!(escape("能"), r"\ifdefined\Umathcode 能\else U+80FD\fi{}");
    }

    #[test]
    fn long_words_may_end_lines_at_their_joints() {
        let joined = |word: &str| pieces(word).join("|");
        assert_eq!(
            joined("encoder.layer_3/q-proj"),
            "encoder.|layer_|3/|q-|proj"
        );
        assert_eq!(joined("softmax"), "softmax");
        assert_eq!(joined("3.7,"), "3.7,");
        assert_eq!(joined("mul.fp32"), "mul.|fp32");
        assert_eq!(joined(&"a".repeat(20)), "aaaaaaaaaaaaaaaaaa|aa");
        assert_eq!(
            escape_breakable("mul.fp32 of q_proj"),
            r"mul.\allowbreak{}fp32 of q\_\allowbreak{}proj"
        );
    }

    #[test]
    fn captions_have_no_paths() {
        assert_eq!(
            caption("saved against mine (./runs/a.toml): all, /tmp/b_1.onnx"),
            r"saved against mine (a): all, b\_\allowbreak{}1"
        );
        assert_eq!(
            caption("45 nm / 7 nm, and/or"),
            r"45 nm / 7 nm, and/\allowbreak{}or"
        );
    }

    #[test]
    fn labels_are_words() {
        assert_eq!(slug("attention: energy, µ & all"), "attention-energy-all");
        assert_eq!(
            slug("Share of the total that rests on entries of each confidence"),
            "share-of-the-total-that-rests-on-entries"
        );
        assert_eq!(slug("能"), "");
    }
}
