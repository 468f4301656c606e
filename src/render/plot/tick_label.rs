//! What stands beside a tick: the shortest number that is right.
//!
//! Steps of an even axis all get the decimals of the step, powers are plain numbers
//! while those are short (`512`, `32 768`) and powers beyond (`2²¹`, `10⁶`).

use crate::render::chart::AxisUnit;

/// `value` on an axis whose ticks are `step` apart.
pub fn step_label(value: f64, step: f64, unit: AxisUnit) -> String {
    let (value, step, sign) = match unit {
        AxisUnit::Plain => (value, step, ""),
        AxisUnit::Percent => (value * 100.0, step * 100.0, " %"),
    };
    let decimals = -(step.log10() + 1e-9).floor();
    let small = value.abs() < step / 2.0;
    let number = if small {
        "0".to_string()
    } else if value.abs() >= 1e7 || decimals > 6.0 {
        let digits = (value.abs().log10().floor() + decimals).clamp(0.0, 15.0) as usize;
        scientific(value, digits)
    } else {
        grouped(&format!("{value:.*}", decimals.max(0.0) as usize))
    };
    number.replace('-', "−") + sign
}

/// A tick at a power, or at a multiple of a power where there is no `exponent`:
/// a plain number as long as it is short, a power of the base beyond.
pub fn power_label(value: f64, base: u8, exponent: Option<i32>, unit: AxisUnit) -> String {
    if unit == AxisUnit::Percent {
        return grouped(&plain(value * 100.0)).replace('-', "−") + " %";
    }
    match exponent {
        _ if (1e-3..1e6).contains(&value) => grouped(&plain(value)),
        Some(exponent) => format!("{base}{}", superscript(exponent)),
        None => scientific(value, 0),
    }
}

/// `value` with no more digits than it needs; 0.07 × 100 is 7.
fn plain(value: f64) -> String {
    match format!("{value:.10e}").parse::<f64>() {
        Ok(rounded) => rounded.to_string(),
        Err(_) => value.to_string(),
    }
}

/// `value` as digits times a power of ten.
fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let round = digits.trim_end_matches('0').strip_suffix('.');
            let digits = round.unwrap_or(digits);
            let exponent = exponent.parse().unwrap_or(0);
            format!("{digits}·10{}", superscript(exponent))
        }
        None => text,
    }
}

fn superscript(number: i32) -> String {
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => digit
            .to_digit(10)
            .and_then(|value| char::from_u32('⁰' as u32 + value))
            .unwrap_or(digit),
    };
    number.to_string().chars().map(raised).collect()
}

/// `number` with thin spaces between groups of three digits, from five digits on.
fn grouped(number: &str) -> String {
    let digits = number.trim_start_matches('-');
    let whole = digits.split('.').next().unwrap_or(digits).len();
    if whole < 5 {
        return number.to_string();
    }
    let mut out = String::from(&number[..number.len() - digits.len()]);
    for (index, c) in digits.chars().enumerate() {
        if index > 0 && index < whole && (whole - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_the_decimals_of_the_step() {
        let plain = |value, step| step_label(value, step, AxisUnit::Plain);
        assert_eq!(plain(0.0, 0.5), "0");
        assert_eq!(plain(1.0, 0.5), "1.0");
        assert_eq!(plain(-200.0, 50.0), "−200");
        assert_eq!(plain(12_000.0, 500.0), "12\u{202f}000");
        assert_eq!(plain(2.5e8, 5e7), "2.5·10⁸");
        assert_eq!(plain(2e-8, 1e-8), "2·10⁻⁸");
    }

    #[test]
    fn percentages_count_in_hundredths() {
        let percent = |value, step| step_label(value, step, AxisUnit::Percent);
        assert_eq!(percent(0.66, 0.01), "66 %");
        assert_eq!(percent(0.992, 0.002), "99.2 %");
        assert_eq!(percent(1.0, 0.1), "100 %");
    }

    #[test]
    fn powers_are_plain_while_they_are_short() {
        let power = |value, base, exponent| power_label(value, base, exponent, AxisUnit::Plain);
        assert_eq!(power(512.0, 2, Some(9)), "512");
        assert_eq!(power(32_768.0, 2, Some(15)), "32\u{202f}768");
        assert_eq!(power(2_097_152.0, 2, Some(21)), "2²¹");
        assert_eq!(power(0.01, 10, Some(-2)), "0.01");
        assert_eq!(power(1e-12, 10, Some(-12)), "10⁻¹²");
        assert_eq!(power(5e6, 10, None), "5·10⁶");
        assert_eq!(power_label(0.07, 10, None, AxisUnit::Percent), "7 %");
    }
}
