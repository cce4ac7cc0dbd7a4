//! The letters of charts and reports: how wide they are, and how they are drawn.

use ttf_parser::{Face, GlyphId};

/// How strong letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// A font whose letters can be measured.
pub(crate) struct Font {
    face: Face<'static>,
}

const REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");

impl Weight {
    pub(crate) const ALL: [Self; 2] = [Self::Regular, Self::Bold];

    pub(crate) const fn file(self) -> &'static [u8] {
        match self {
            Self::Regular => REGULAR,
            Self::Bold => BOLD,
        }
    }
}

impl Font {
    /// The font of a weight. `None` only if its file were damaged, which a test rules out.
    pub(crate) fn of(weight: Weight) -> Option<Self> {
        let face = Face::parse(weight.file(), 0).ok()?;
        Some(Self { face })
    }

    pub(crate) const fn face(&self) -> &Face<'static> {
        &self.face
    }

    /// The letter's glyph, or that of a box where the font has none.
    pub(crate) fn glyph(&self, letter: char) -> (GlyphId, bool) {
        // Spaces that do not break look like those that do.
        let letter = if letter == '\u{a0}' || letter == '\u{202f}' {
            ' '
        } else {
            letter
        };
        self.face
            .glyph_index(letter)
            .map_or((GlyphId(0), false), |glyph| (glyph, true))
    }

    /// How wide a glyph is, in thousandths of the letters' size.
    pub(crate) fn advance(&self, glyph: GlyphId) -> f32 {
        let units = self.face.glyph_hor_advance(glyph).unwrap_or(600);
        f32::from(units) * 1_000.0 / f32::from(self.face.units_per_em())
    }

    /// How wide a text is in letters of a size, in its unit.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        let advances = text
            .chars()
            .map(|letter| self.advance(self.glyph(letter).0));
        advances.sum::<f32>() * size / 1_000.0
    }

    /// The text, or its beginning and `…` where it is wider than there is room.
    pub(crate) fn fitted(&self, text: &str, size: f32, room: f32) -> String {
        if self.width(text, size) <= room {
            return text.to_owned();
        }
        let room = room - self.width("…", size);
        let mut kept = String::new();
        let mut width = 0.0;
        for letter in text.chars() {
            width += self.advance(self.glyph(letter).0) * size / 1_000.0;
            if width > room {
                break;
            }
            kept.push(letter);
        }
        kept.truncate(kept.trim_end().len());
        kept.push('…');
        kept
    }

    /// The text in lines that are no wider than there is room; words that are wider by themselves are broken.
    pub(crate) fn lines(&self, text: &str, size: f32, room: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if self.width(&longer, size) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if self.width(&line, size) > room && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, letter.to_string()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_weights_have_the_letters_of_europe() {
        for weight in Weight::ALL {
            let font = Font::of(weight).unwrap();
            for letter in "azAZ09 äöüßÄÖÜéèñçłŁśżőűșțğıøåæœþđ€£–—…„“”’ΑωЖщїґ".chars()
            {
                assert!(font.glyph(letter).1, "{letter}");
            }
            assert!(!font.glyph('漢').1);
        }
    }

    #[test]
    fn what_is_too_wide_is_cut_or_broken() {
        let font = Font::of(Weight::Regular).unwrap();
        let long = "Donaudampfschifffahrtsgesellschaft & Söhne";

        let fitted = font.fitted(long, 10.0, 80.0);
        assert!(fitted.ends_with('…') && font.width(&fitted, 10.0) <= 80.0);
        assert_eq!(font.fitted("short", 10.0, 80.0), "short");

        let lines = font.lines(long, 10.0, 80.0);
        assert!(lines.len() > 2 && lines.iter().all(|it| font.width(it, 10.0) <= 80.0));
        assert_eq!(lines.concat().replace(' ', ""), long.replace(' ', ""));
        assert!(font.lines(" \n ", 10.0, 80.0).is_empty());
    }
}
