//! LaTeX, for a paper: a floating `table` with a `booktabs` `tabular`.
//!
//! The output needs `\usepackage{booktabs}` and UTF-8 input, nothing else. Every
//! character that TeX would interpret is escaped, and the signs our own numbers use
//! (µ, ×, superscripts, thin spaces) become commands that every engine and font has.

use super::{Align, Cell, RowKind, Table};

/// Writes `table` as LaTeX.
pub fn write(table: &Table) -> String {
    let mut out = String::from("\\begin{table}\n  \\centering\n");
    if let Some(title) = &table.title {
        out += &format!("  \\caption{{{}}}\n", escape(title));
    }
    if !table.columns.is_empty() {
        out += &tabular(table);
    }
    for note in &table.notes {
        out += &format!(
            "\n  \\smallskip\n  {{\\footnotesize {}\\par}}\n",
            escape(note)
        );
    }
    out + "\\end{table}\n"
}

fn tabular(table: &Table) -> String {
    let spec: String = table
        .columns
        .iter()
        .map(|column| match column.align {
            Align::Left => 'l',
            Align::Right => 'r',
        })
        .collect();
    let mut out = format!("  \\begin{{tabular}}{{{spec}}}\n    \\toprule\n");
    out += &line(table.columns.iter().map(|column| escape(&column.name)));
    let mut above = RowKind::Plain;
    for (index, row) in table.rows.iter().enumerate() {
        if index == 0 || row.kind != above {
            out += "    \\midrule\n";
        }
        above = row.kind;
        out += &line((0..table.columns.len()).map(|index| cell(row.cell(index))));
    }
    out + "    \\bottomrule\n  \\end{tabular}\n"
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("    {} \\\\\n", cells.join(" & "))
}

/// A cell; between a number and its unit stands a thin space.
fn cell(cell: &Cell) -> String {
    let text = cell.human();
    match cell {
        Cell::Energy(_)
        | Cell::Seconds(_)
        | Cell::Share(_)
        | Cell::Factor(_)
        | Cell::Number(_)
        | Cell::Count(_) => escape(&text.replace(' ', "\u{202f}").replace('-', "−")),
        Cell::Formula { latex, .. } => format!("${latex}$"),
        Cell::Empty | Cell::NotCounted | Cell::Text(_) => escape(&text),
    }
}

/// `text` with everything escaped that TeX would interpret or not know.
fn escape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.trim().chars().peekable();
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
            None => out.push(c),
        }
    }
    out
}

/// A superscript or subscript: `^` or `_`, and the character that is raised.
fn script(c: char) -> Option<(char, char)> {
    const SUPER: [(char, char); 13] = [
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
        'ω' => r"$\omega$",
        'Δ' => r"$\Delta$",
        'Σ' => r"$\Sigma$",
        'Ω' => r"$\Omega$",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{energy, example};
    use super::*;

    #[test]
    fn a_table_as_a_paper_prints_it() {
        assert_eq!(
            write(&example()),
            r"\begin{table}
  \centering
  \caption{Energy by stage}
  \begin{tabular}{lrrrr}
    \toprule
    Stage & Operations & Energy & Share & Gain \\
    \midrule
    q-proj & 8\,388\,608 & 30.50\,$\mu$J & 75.00\,\% & 2.85$\times$ \\
    softmax & 65\,536 & 950.0\,pJ & 25.00\,\% &  \\
    \midrule
    total & 8\,454\,144 & 30.50\,$\mu$J & 100.00\,\% &  \\
    \bottomrule
  \end{tabular}

  \smallskip
  {\footnotesize 45nm, fp32.\par}
\end{table}
"
        );
    }

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
        assert_eq!(escape("ρ ≤ ½ é"), r"$\rho$ $\leq$ ½ é");
        assert_eq!(escape("⌊n⌋ − 1"), r"$\lfloor$n$\rfloor$ $-$ 1");
    }

    #[test]
    fn a_negative_number_has_a_minus_and_a_word_a_hyphen() {
        assert_eq!(cell(&energy(-5e12)), r"$-$5.000\,J");
        assert_eq!(cell(&Cell::Share(-0.25)), r"$-$25.00\,\%");
        assert_eq!(cell(&Cell::Text("q-proj".into())), "q-proj");
    }

    #[test]
    fn rules_surround_a_total_in_the_middle() {
        let mut table = example();
        table.rows.swap(1, 2);
        let rules = write(&table).matches("\\midrule").count();
        // Under the header, above the total, below the total.
        assert_eq!(rules, 3);
        table.rows.clear();
        assert!(!write(&table).contains("\\midrule"));
    }

    #[test]
    fn an_empty_table_still_compiles() {
        assert_eq!(
            write(&Table::default()),
            "\\begin{table}\n  \\centering\n\\end{table}\n"
        );
    }
}
