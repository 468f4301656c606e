//! A picture as PDF: the SVG's shapes as paths, its text as text.
//!
//! The PDF is made of the same tree as the PNG, so that the three never differ. It
//! holds no date and no identifier: the same chart is the same file, byte for byte.

use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use resvg::tiny_skia::{PathSegment, Point, Transform};
use resvg::usvg::{Color, Fill, Group, LineJoin, Node, Paint, Path, Text, TextAnchor, Tree};

use super::ChartError;
use super::pdf_fonts::{Face, PdfFonts};

/// Points in a pixel of an SVG, of which there are 96 to an inch.
const POINTS: f32 = 0.75;
/// How hard streams are compressed, of 10.
const COMPRESSION: u8 = 6;

/// The PDF of a picture.
pub fn write(tree: &Tree, title: &str) -> Result<Vec<u8>, ChartError> {
    let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    let mut drawing = Drawing {
        content: Content::new(),
        fonts: PdfFonts::embedded()?,
        opacities: BTreeMap::new(),
        // PDF counts from the lower left corner up.
        page: Transform::from_row(POINTS, 0.0, 0.0, -POINTS, 0.0, height),
    };
    drawing.group(tree.root())?;
    let Drawing {
        content,
        fonts,
        opacities,
        ..
    } = drawing;

    let mut next = Ref::new(1);
    let [catalog, pages, page, body, info] = [(); 5].map(|()| next.bump());
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    pdf.document_info(info)
        .title(TextStr(title))
        .producer(TextStr(concat!("picojoule ", env!("CARGO_PKG_VERSION"))));
    let used = fonts.write(&mut pdf, &mut next)?;
    let mut own = pdf.page(page);
    own.parent(pages)
        .media_box(Rect::new(0.0, 0.0, rounded(width), rounded(height)))
        .contents(body);
    let mut resources = own.resources();
    let mut names = resources.fonts();
    for (name, id) in &used {
        names.pair(Name(name.as_bytes()), *id);
    }
    names.finish();
    let mut states = resources.ext_g_states();
    for (thousandths, name) in &opacities {
        let share = f32::from(*thousandths) / 1000.0;
        let mut state = states
            .insert(Name(name.as_bytes()))
            .start::<pdf_writer::writers::ExtGraphicsState<'_>>();
        state.non_stroking_alpha(share).stroking_alpha(share);
    }
    states.finish();
    resources.finish();
    own.finish();
    let bytes = compress_to_vec_zlib(&content.finish(), COMPRESSION);
    pdf.stream(body, &bytes).filter(Filter::FlateDecode);
    Ok(pdf.finish())
}

/// Three decimals are finer than any printer.
fn rounded(value: f32) -> f32 {
    (value * 1000.0).round() / 1000.0
}

struct Drawing {
    content: Content,
    fonts: PdfFonts,
    /// The names of the opacities that are drawn with, by their thousandths.
    opacities: BTreeMap<u16, String>,
    /// From pixels to points.
    page: Transform,
}

impl Drawing {
    fn group(&mut self, group: &Group) -> Result<(), ChartError> {
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner)?,
                Node::Path(path) => self.path(path),
                Node::Text(text) => self.text(text),
                // Charts hold no pictures.
                Node::Image(_) => {}
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &Path) {
        let at = path.abs_transform().post_concat(self.page);
        let filled = path.fill().and_then(colour_of_fill);
        let stroked = path.stroke().and_then(|stroke| {
            let colour = colour(stroke.paint())?;
            Some((stroke, colour))
        });
        if filled.is_none() && stroked.is_none() {
            return;
        }
        self.content.save_state();
        if let Some((colour, opacity)) = filled {
            self.opacity(opacity);
            let [red, green, blue] = channels(colour);
            self.content.set_fill_rgb(red, green, blue);
        }
        if let Some((stroke, colour)) = stroked {
            self.opacity(stroke.opacity().get());
            let [red, green, blue] = channels(colour);
            self.content.set_stroke_rgb(red, green, blue);
            let scale = at.sx.hypot(at.ky);
            self.content
                .set_line_width(rounded(stroke.width().get() * scale));
            if stroke.linejoin() == LineJoin::Round {
                self.content
                    .set_line_join(pdf_writer::types::LineJoinStyle::RoundJoin);
            }
        }
        self.outline(path, at);
        match (filled.is_some(), stroked.is_some()) {
            (true, true) => self.content.fill_nonzero_and_stroke(),
            (true, false) => self.content.fill_nonzero(),
            (false, _) => self.content.stroke(),
        };
        self.content.restore_state();
    }

    fn outline(&mut self, path: &Path, at: Transform) {
        let place = |mut point: Point| {
            at.map_point(&mut point);
            (rounded(point.x), rounded(point.y))
        };
        let mut last = Point::zero();
        for segment in path.data().segments() {
            match segment {
                PathSegment::MoveTo(point) => {
                    let (x, y) = place(point);
                    self.content.move_to(x, y);
                    last = point;
                }
                PathSegment::LineTo(point) => {
                    let (x, y) = place(point);
                    self.content.line_to(x, y);
                    last = point;
                }
                PathSegment::QuadTo(control, end) => {
                    // The same curve with two controls, each two thirds of the way.
                    let towards = |from: Point| {
                        Point::from_xy(
                            from.x + (control.x - from.x) * 2.0 / 3.0,
                            from.y + (control.y - from.y) * 2.0 / 3.0,
                        )
                    };
                    self.cubic(place(towards(last)), place(towards(end)), place(end));
                    last = end;
                }
                PathSegment::CubicTo(first, second, end) => {
                    self.cubic(place(first), place(second), place(end));
                    last = end;
                }
                PathSegment::Close => {
                    self.content.close_path();
                }
            }
        }
    }

    fn cubic(&mut self, first: (f32, f32), second: (f32, f32), end: (f32, f32)) {
        self.content
            .cubic_to(first.0, first.1, second.0, second.1, end.0, end.1);
    }

    fn opacity(&mut self, share: f32) {
        if share >= 1.0 {
            return;
        }
        let thousandths = (share.max(0.0) * 1000.0).round() as u16;
        let name = self
            .opacities
            .entry(thousandths)
            .or_insert_with(|| format!("O{thousandths}"));
        self.content.set_parameters(Name(name.as_bytes()));
    }

    fn text(&mut self, text: &Text) {
        let at = text.abs_transform().post_concat(self.page);
        for chunk in text.chunks() {
            // Every text of a chart is of one style.
            let Some(span) = chunk.spans().first() else {
                continue;
            };
            let face = match span.font().weight() >= 600 {
                true => Face::Bold,
                false => Face::Regular,
            };
            let size = span.font_size().get();
            let run = self.fonts.run(face, chunk.text());
            let before = match chunk.anchor() {
                TextAnchor::Start => 0.0,
                TextAnchor::Middle => run.ems * size / 2.0,
                TextAnchor::End => run.ems * size,
            };
            let (x, y) = (
                chunk.x().unwrap_or_default() - before,
                chunk.y().unwrap_or_default(),
            );
            // Letters stand upright where the page counts upwards.
            let own = Transform::from_row(1.0, 0.0, 0.0, -1.0, x, y).post_concat(at);
            let colour = span.fill().and_then(colour_of_fill);
            let [red, green, blue] = channels(colour.map_or(Color::black(), |(own, _)| own));
            if let Some(all) = &run.all {
                self.content
                    .begin_marked_content_with_properties(Name(b"Span"))
                    .properties()
                    .actual_text(TextStr(all));
            }
            self.content
                .begin_text()
                .set_fill_rgb(red, green, blue)
                .set_font(Name(face.name().as_bytes()), rounded(size))
                .set_text_matrix([own.sx, own.ky, own.kx, own.sy, own.tx, own.ty].map(rounded))
                .show(Str(&run.glyphs))
                .end_text();
            if run.all.is_some() {
                self.content.end_marked_content();
            }
        }
    }
}

fn colour_of_fill(fill: &Fill) -> Option<(Color, f32)> {
    Some((colour(fill.paint())?, fill.opacity().get()))
}

/// Charts have plain colours alone.
fn colour(paint: &Paint) -> Option<Color> {
    match paint {
        Paint::Color(colour) => Some(*colour),
        _ => None,
    }
}

fn channels(colour: Color) -> [f32; 3] {
    [colour.red, colour.green, colour.blue].map(|channel| rounded(f32::from(channel) / 255.0))
}
