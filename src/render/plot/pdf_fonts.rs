//! The fonts of a PDF: of each face the glyphs that are drawn, and which character
//! each of them is.

use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use super::ChartError;
use super::font::{BOLD, REGULAR};

/// A face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// DejaVu Sans.
    Regular,
    /// DejaVu Sans Bold.
    Bold,
}

impl Face {
    /// What it is called where it is drawn with.
    pub fn name(self) -> &'static str {
        match self {
            Face::Regular => "F1",
            Face::Bold => "F2",
        }
    }

    fn postscript(self) -> &'static str {
        match self {
            Face::Regular => "DejaVuSans",
            Face::Bold => "DejaVuSans-Bold",
        }
    }

    fn data(self) -> &'static [u8] {
        match self {
            Face::Regular => REGULAR,
            Face::Bold => BOLD,
        }
    }
}

/// A text as glyphs.
pub struct Run {
    /// Two bytes for each glyph.
    pub glyphs: Vec<u8>,
    /// How wide it is, in ems.
    pub ems: f32,
    /// The text itself, where the face lacks some of its characters.
    pub all: Option<String>,
}

/// Both faces, and what is drawn with them.
pub struct PdfFonts {
    faces: [Used; 2],
}

struct Used {
    face: Face,
    font: ttf_parser::Face<'static>,
    mapper: GlyphRemapper,
    /// Which character the glyph of this number is, and how wide, in thousandths.
    glyphs: BTreeMap<u16, (char, f32)>,
}

impl PdfFonts {
    /// The embedded fonts, of which nothing is drawn yet.
    pub fn embedded() -> Result<PdfFonts, ChartError> {
        let used = |face: Face| -> Result<Used, ChartError> {
            let font = ttf_parser::Face::parse(face.data(), 0);
            Ok(Used {
                face,
                font: font.map_err(|e| ChartError::Drawing(e.to_string()))?,
                mapper: GlyphRemapper::new(),
                glyphs: BTreeMap::new(),
            })
        };
        Ok(PdfFonts {
            faces: [used(Face::Regular)?, used(Face::Bold)?],
        })
    }

    /// The glyphs of `text`, which are kept from now on.
    pub fn run(&mut self, face: Face, text: &str) -> Run {
        let [regular, bold] = &mut self.faces;
        match face {
            Face::Regular => regular.run(text),
            Face::Bold => bold.run(text),
        }
    }

    /// Writes the faces that are drawn with. Gives their names and where they are.
    pub fn write(
        self,
        pdf: &mut Pdf,
        next: &mut Ref,
    ) -> Result<Vec<(&'static str, Ref)>, ChartError> {
        let mut all = Vec::new();
        for used in self.faces {
            if !used.glyphs.is_empty() {
                all.push((used.face.name(), used.write(pdf, next)?));
            }
        }
        Ok(all)
    }
}

impl Used {
    fn run(&mut self, text: &str) -> Run {
        let em = f32::from(self.font.units_per_em());
        let mut run = Run {
            glyphs: Vec::new(),
            ems: 0.0,
            all: None,
        };
        for c in text.chars() {
            let known = self.font.glyph_index(c);
            if known.is_none() {
                run.all = Some(text.to_owned());
            }
            // The sign for a character that is not there.
            let glyph = known.or_else(|| self.font.glyph_index('\u{fffd}'));
            let glyph = glyph.unwrap_or_default();
            let wide = f32::from(self.font.glyph_hor_advance(glyph).unwrap_or_default()) / em;
            let new = self.mapper.remap(glyph.0);
            let shown = known.map_or('\u{fffd}', |_| c);
            self.glyphs.entry(new).or_insert((shown, wide * 1000.0));
            run.glyphs.extend(new.to_be_bytes());
            run.ems += wide;
        }
        run
    }

    fn write(&self, pdf: &mut Pdf, next: &mut Ref) -> Result<Ref, ChartError> {
        let [font, cid, descriptor, file, cmap] = [(); 5].map(|()| next.bump());
        let info = SystemInfo {
            registry: Str(b"Adobe"),
            ordering: Str(b"Identity"),
            supplement: 0,
        };
        let name = format!("{}+{}", self.tag(), self.face.postscript());
        let name = Name(name.as_bytes());
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);
        let mut own = pdf.cid_font(cid);
        own.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(info)
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = own.widths();
        for (glyph, (_, width)) in &self.glyphs {
            widths.consecutive(*glyph, [width.round()]);
        }
        widths.finish();
        own.finish();

        let em = f32::from(self.font.units_per_em());
        let scaled = |units: i16| (f32::from(units) / em * 1000.0).round();
        let bounds = self.font.global_bounding_box();
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(
                scaled(bounds.x_min),
                scaled(bounds.y_min),
                scaled(bounds.x_max),
                scaled(bounds.y_max),
            ))
            .italic_angle(0.0)
            .ascent(scaled(self.font.ascender()))
            .descent(scaled(self.font.descender()))
            .cap_height(scaled(self.font.capital_height().unwrap_or_default()))
            .stem_v(80.0)
            .font_file2(file);

        let subset = subsetter::subset(self.face.data(), 0, &self.mapper)
            .map_err(|e| ChartError::Drawing(e.to_string()))?;
        let bytes = compress_to_vec_zlib(&subset, 6);
        let length = i32::try_from(subset.len()).unwrap_or(i32::MAX);
        pdf.stream(file, &bytes)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Length1"), length);

        let mut characters = UnicodeCmap::new(Name(b"picojoule"), info);
        for (glyph, (c, _)) in &self.glyphs {
            characters.pair(*glyph, *c);
        }
        pdf.cmap(cmap, &characters.finish());
        Ok(font)
    }

    /// Six letters that tell subsets of a face apart, as PDF asks for: the same for
    /// the same characters.
    fn tag(&self) -> String {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for (c, _) in self.glyphs.values() {
            hash = (hash ^ u64::from(u32::from(*c))).wrapping_mul(0x0100_0000_01b3);
        }
        let letter = |at: u32| {
            let value = (hash >> (8 * at)) % 26;
            char::from(b'A' + u8::try_from(value).unwrap_or_default())
        };
        (0..6).map(letter).collect()
    }
}
