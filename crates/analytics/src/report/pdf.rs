//! Pages as a PDF file.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Date, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;
use time::UtcOffset;

use super::content::ReportContent;
use super::page::{HEIGHT, Layout, WIDTH};
use crate::chart::{Anchor, Ink, Shape};
use crate::font::{Font, Weight};

/// A shape of a page with the weight of its letters.
pub(super) struct Inked {
    pub(super) weight: Weight,
    pub(super) shape: Shape,
}

/// Why there is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    /// The fonts that come with the program cannot be read; a test rules it out.
    #[error("the fonts of reports are damaged")]
    Font,
}

const SYSTEM: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};
/// How far a circle's control points lie from its quarters.
const ROUND: f32 = 0.552_284_8;

/// The glyphs of a font that are in use, each with its number in the file and the letter that it stands for.
struct Used {
    font: Font,
    glyphs: GlyphRemapper,
    letters: BTreeMap<u16, char>,
}

pub(super) fn write(mut layout: Layout, content: &ReportContent) -> Result<Vec<u8>, ReportFault> {
    layout.number_pages();
    let mut fonts = layout.fonts.map(|font| Used {
        font,
        glyphs: GlyphRemapper::new(),
        letters: BTreeMap::new(),
    });
    let pages: Vec<_> = layout
        .pages
        .iter()
        .map(|shapes| drawn(shapes, &mut fonts))
        .collect();

    let mut next = 0;
    let mut new = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, info) = (new(), new(), new());
    let font_refs = [new(), new()];
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr("en"));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    describe(&mut pdf, info, content);

    let page_refs: Vec<_> = pages.iter().map(|_| (new(), new())).collect();
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree)
        .kids(page_refs.iter().map(|(page, _)| *page))
        .count(count);
    for ((page, stream), drawn) in page_refs.into_iter().zip(pages) {
        let mut written = pdf.page(page);
        written
            .parent(tree)
            .media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT))
            .contents(stream);
        let mut resources = written.resources();
        let mut names = resources.fonts();
        for (weight, font) in Weight::ALL.into_iter().zip(font_refs) {
            names.pair(name(weight), font);
        }
        names.finish();
        resources.finish();
        written.finish();
        pdf.stream(stream, &drawn);
    }
    for ((weight, used), font) in Weight::ALL.into_iter().zip(&fonts).zip(font_refs) {
        embed(&mut pdf, weight, used, [font, new(), new(), new(), new()])?;
    }
    Ok(pdf.finish())
}

const fn name(weight: Weight) -> Name<'static> {
    match weight {
        Weight::Regular => Name(b"F1"),
        Weight::Bold => Name(b"F2"),
    }
}

fn describe(pdf: &mut Pdf, info: Ref, content: &ReportContent) {
    let at = content.made_at.to_offset(UtcOffset::UTC);
    let date = Date::new(u16::try_from(at.year()).unwrap_or(0))
        .month(at.month().into())
        .day(at.day())
        .hour(at.hour())
        .minute(at.minute())
        .second(at.second())
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    pdf.document_info(info)
        .title(TextStr(&content.title))
        .author(TextStr(&content.organization))
        .producer(TextStr("Canvass"))
        .creation_date(date);
}

/// The operators that draw a page. PDF measures from the bottom.
fn drawn(shapes: &[Inked], fonts: &mut [Used; 2]) -> Vec<u8> {
    let mut content = Content::new();
    for Inked { weight, shape } in shapes {
        match shape {
            Shape::Box {
                x,
                y,
                width,
                height,
                ink,
            } => {
                fill(&mut content, *ink);
                content.rect(*x, HEIGHT - y - height, *width, *height);
                content.fill_nonzero();
            }
            Shape::Line {
                points,
                width,
                ink,
                dashes,
            } => line(&mut content, points, *width, *ink, dashes),
            Shape::Dot { x, y, radius, ink } => {
                fill(&mut content, *ink);
                dot(&mut content, *x, HEIGHT - y, *radius);
            }
            Shape::Text {
                x,
                y,
                size,
                anchor,
                ink,
                text,
            } => {
                let used = &mut fonts[usize::from(*weight == Weight::Bold)];
                let width = used.font.width(text, *size);
                let x = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                fill(&mut content, *ink);
                used.words(&mut content, name(*weight), *size, (x, HEIGHT - y), text);
            }
        }
    }
    content.finish().into_vec()
}

fn rgb(ink: Ink) -> [f32; 3] {
    let (red, green, blue) = ink.rgb();
    [red, green, blue].map(|part| f32::from(part) / 255.0)
}

fn fill(content: &mut Content, ink: Ink) {
    let [red, green, blue] = rgb(ink);
    content.set_fill_rgb(red, green, blue);
}

fn line(content: &mut Content, points: &[(f32, f32)], width: f32, ink: Ink, dashes: &[f32]) {
    let [red, green, blue] = rgb(ink);
    content.set_stroke_rgb(red, green, blue);
    content.set_line_width(width);
    content.set_dash_pattern(dashes.iter().copied(), 0.0);
    let mut points = points.iter();
    let Some((x, y)) = points.next() else {
        return;
    };
    content.move_to(*x, HEIGHT - y);
    for (x, y) in points {
        content.line_to(*x, HEIGHT - y);
    }
    content.stroke();
}

fn dot(content: &mut Content, x: f32, y: f32, r: f32) {
    let c = r * ROUND;
    content.move_to(x + r, y);
    content.cubic_to(x + r, y + c, x + c, y + r, x, y + r);
    content.cubic_to(x - c, y + r, x - r, y + c, x - r, y);
    content.cubic_to(x - r, y - c, x - c, y - r, x, y - r);
    content.cubic_to(x + c, y - r, x + r, y - c, x + r, y);
    content.fill_nonzero();
}

impl Used {
    fn words(
        &mut self,
        content: &mut Content,
        name: Name<'_>,
        size: f32,
        at: (f32, f32),
        text: &str,
    ) {
        let mut codes = Vec::with_capacity(2 * text.len());
        let mut all_known = true;
        for letter in text.chars() {
            let (glyph, known) = self.font.glyph(letter);
            all_known &= known;
            let code = self.glyphs.remap(glyph.0);
            if known {
                // Spaces that do not break have the glyph of those that do, and are looked for as those.
                let letter = if letter.is_whitespace() { ' ' } else { letter };
                self.letters.entry(code).or_insert(letter);
            }
            codes.extend(code.to_be_bytes());
        }
        if !all_known {
            // What is shown as boxes is still what it is when it is copied or read aloud.
            content
                .begin_marked_content_with_properties(Name(b"Span"))
                .properties()
                .actual_text(TextStr(text));
        }
        content
            .begin_text()
            .set_font(name, size)
            .next_line(at.0, at.1)
            .show(Str(&codes))
            .end_text();
        if !all_known {
            content.end_marked_content();
        }
    }
}

/// Puts the used glyphs of a font into the file, with their widths and what they stand for.
fn embed(
    pdf: &mut Pdf,
    weight: Weight,
    used: &Used,
    [font, descendant, descriptor, file, unicode]: [Ref; 5],
) -> Result<(), ReportFault> {
    let subset = subsetter::subset(weight.file(), 0, &used.glyphs).ok();
    let subset = subset.ok_or(ReportFault::Font)?;
    let called = match weight {
        Weight::Regular => Name(b"CANVAS+NotoSans-Regular"),
        Weight::Bold => Name(b"CANVAS+NotoSans-Bold"),
    };
    pdf.type0_font(font)
        .base_font(called)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(unicode);

    let widths = used.glyphs.remapped_gids();
    let widths = widths.map(|glyph| used.font.advance(ttf_parser::GlyphId(glyph)));
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2)
        .base_font(called)
        .system_info(SYSTEM)
        .font_descriptor(descriptor)
        .default_width(0.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    cid.widths().consecutive(0, widths);
    cid.finish();

    let face = used.font.face();
    let scale = |units: i16| f32::from(units) * 1_000.0 / f32::from(face.units_per_em());
    let bounds = face.global_bounding_box();
    pdf.font_descriptor(descriptor)
        .name(called)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(
            scale(bounds.x_min),
            scale(bounds.y_min),
            scale(bounds.x_max),
            scale(bounds.y_max),
        ))
        .italic_angle(0.0)
        .ascent(scale(face.ascender()))
        .descent(scale(face.descender()))
        .cap_height(scale(
            face.capital_height().unwrap_or_else(|| face.ascender()),
        ))
        .stem_v(if weight == Weight::Bold { 140.0 } else { 80.0 })
        .font_file2(file);
    let length = i32::try_from(subset.len()).unwrap_or(i32::MAX);
    pdf.stream(file, &subset).pair(Name(b"Length1"), length);

    let mut map = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
    for (code, letter) in &used.letters {
        map.pair(*code, *letter);
    }
    pdf.cmap(unicode, &map.finish());
    Ok(())
}
