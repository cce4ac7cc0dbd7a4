//! What can be read out of the file of a report.
#![expect(clippy::unwrap_used, reason = "what tests stand on")]

use std::collections::HashMap;

/// A text, and how far it reaches on its page: its left, bottom, right and top, in points from the left and the bottom.
pub(crate) type Drawn = (String, [f32; 4]);

/// A font as the file has it.
struct Embedded {
    /// What each glyph stands for.
    letters: HashMap<u16, char>,
    /// How wide each glyph is, in thousandths of the letters' size.
    widths: Vec<f32>,
}

/// The texts of a report, in the order in which they are drawn, found as a reader finds them: by what each font's glyphs
/// stand for.
pub(crate) fn texts(pdf: &[u8]) -> Vec<String> {
    drawn(pdf).into_iter().map(|(text, _)| text).collect()
}

/// The texts of a report and where they are, in the order in which they are drawn.
pub(crate) fn drawn(pdf: &[u8]) -> Vec<Drawn> {
    let file = String::from_utf8_lossy(pdf);
    let fonts = fonts(&file);
    let (mut font, mut size, mut at) = (&fonts[0], 0.0, (0.0, 0.0));
    let mut drawn = Vec::new();
    for line in file.lines() {
        if let Some((name, points)) = operands(line, " Tf") {
            font = &fonts[usize::from(name == "/F2")];
            size = number(points);
        } else if let Some((left, base)) = operands(line, " Td") {
            at = (number(left), number(base));
        } else if let Some(shown) = line.strip_suffix(" Tj") {
            drawn.push(font.drawn(&bytes(shown), size, at));
        }
    }
    drawn
}

impl Embedded {
    fn drawn(&self, codes: &[u8], size: f32, (left, base): (f32, f32)) -> Drawn {
        let codes = codes
            .chunks(2)
            .map(|code| u16::from_be_bytes([code[0], code[1]]));
        let (mut text, mut width) = (String::new(), 0.0);
        for code in codes {
            text.push(self.letters.get(&code).copied().unwrap_or('\u{fffd}'));
            width += self.widths[usize::from(code)] * size / 1_000.0;
        }
        let area = [left, base - size * 0.3, left + width, base + size * 0.8];
        (text, area)
    }
}

/// The fonts of a file, each with its widths before what its glyphs stand for.
fn fonts(file: &str) -> Vec<Embedded> {
    let widths = file.split("/W [0 [").skip(1).map(|widths| {
        let widths = widths.split("]]").next().unwrap();
        widths.split_whitespace().map(number).collect::<Vec<f32>>()
    });
    let maps = file.split("begincmap").skip(1);
    widths
        .zip(maps)
        .map(|(widths, map)| Embedded {
            letters: letters(map.split("endcmap").next().unwrap()),
            widths,
        })
        .collect()
}

fn letters(map: &str) -> HashMap<u16, char> {
    let sections = map.split("beginbfchar").skip(1);
    let lines = sections.flat_map(|it| it.split("endbfchar").next().unwrap().lines());
    let pairs = lines.filter_map(|line| {
        let (code, letter) = line
            .strip_prefix('<')?
            .strip_suffix('>')?
            .split_once("> <")?;
        let letter = u32::from_str_radix(letter, 16)
            .ok()
            .and_then(char::from_u32)?;
        Some((u16::from_str_radix(code, 16).ok()?, letter))
    });
    pairs.collect()
}

/// What an operator is applied to, where the line has it.
fn operands<'a>(line: &'a str, operator: &str) -> Option<(&'a str, &'a str)> {
    line.strip_suffix(operator)?.split_once(' ')
}

fn number(written: &str) -> f32 {
    written.parse().unwrap()
}

/// The bytes of a string as PDF writes it.
fn bytes(written: &str) -> Vec<u8> {
    if let Some(hex) = written.strip_prefix('<') {
        let hex = hex.trim_end_matches('>').as_bytes();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        return hex.chunks(2).map(byte).collect();
    }
    let mut read = Vec::new();
    let mut rest = written[1..written.len() - 1].bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            read.push(byte);
            continue;
        }
        read.push(match rest.next().unwrap() {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            digit @ b'0'..=b'7' => {
                let (second, third) = (rest.next().unwrap(), rest.next().unwrap());
                (digit - b'0') * 64 + (second - b'0') * 8 + (third - b'0')
            }
            other => other,
        });
    }
    read
}
