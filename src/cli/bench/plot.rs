//! The chart of what was measured: a row of marks for each text on a scale of tenfolds, and bars for what the scan costs.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::element::{EmptyElement, PathElement};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};

use super::measure::{ALL, Measured, Setup, What};
use super::tell;

/// A file to draw into, and how.
#[derive(Clone, Debug)]
pub struct Target {
    path: PathBuf,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Svg,
    Png,
}

/// Pixels across.
const WIDTH: u32 = 1000;
/// Pixels for the title, for the axis and the legend of the speeds, for each text, and for each bar.
const TITLE: u32 = 62;
const FRAME: u32 = 110;
const ROW: u32 = 44;
const BAR: u32 = 24;
/// Pixels to the left of the axes, where names stand.
const NAMES: u32 = 130;
/// How large letters are.
const SMALL: u32 = 13;

// Colours that people tell apart who do not see red or green (Okabe and Ito, "Color Universal Design", 2008).
const INK: RGBColor = RGBColor(40, 40, 40);
const GREY: RGBColor = RGBColor(120, 120, 120);
const LIGHT: RGBColor = RGBColor(225, 225, 225);
const BLUE: RGBColor = RGBColor(0, 114, 178);
const ORANGE: RGBColor = RGBColor(213, 94, 0);

type Drawn = Result<(), Box<dyn Error>>;
type Area<'a, B> = DrawingArea<B, Shift>;

/// Parses the name of a file to draw into.
pub fn target(name: &str) -> Result<Target, String> {
    let path = PathBuf::from(name);
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    let form = match ending.as_deref() {
        Some("svg") => Form::Svg,
        Some("png") => Form::Png,
        _ => return Err("the name must end in .svg or .png".into()),
    };
    Ok(Target { path, form })
}

impl Target {
    /// Draws the chart and writes it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn draw(&self, setup: &Setup, measured: &[Measured]) -> Drawn {
        register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::HACK_REGULAR)
            .map_err(|_| "the built-in font cannot be read")?;
        let chart = Chart { setup, measured };
        let size = (WIDTH, chart.height());
        match self.form {
            Form::Svg => {
                let mut text = String::new();
                chart.draw(&SVGBackend::with_string(&mut text, size).into_drawing_area())?;
                std::fs::write(&self.path, text)?;
            }
            Form::Png => {
                let mut pixels = vec![0; (size.0 * size.1 * 3) as usize];
                chart.draw(&BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area())?;
                png(&self.path, size, &pixels)?;
            }
        }
        Ok(())
    }
}

/// Writes pixels of three bytes.
fn png(path: &Path, (width, height): (u32, u32), pixels: &[u8]) -> Drawn {
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(())
}

struct Chart<'a> {
    setup: &'a Setup,
    measured: &'a [Measured],
}

impl Chart<'_> {
    fn height(&self) -> u32 {
        let bars = self.costs().map_or(0, |measured| FRAME + BAR * measured.costs.len() as u32);
        TITLE + FRAME + ROW * self.measured.len() as u32 + bars
    }

    /// The text whose costs are drawn: the first that has some.
    fn costs(&self) -> Option<&Measured> {
        self.measured.iter().find(|measured| !measured.costs.is_empty())
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn
    where
        B::ErrorType: 'static,
    {
        area.fill(&WHITE)?;
        let (title, rest) = area.split_vertically(TITLE);
        let (speeds, costs) = rest.split_vertically(FRAME + ROW * self.measured.len() as u32);
        title.draw_text("Redaction speed of scrubjay", &font(22, INK), (16, 10))?;
        let debug = if cfg!(debug_assertions) { "; a DEBUG BUILD, which says nothing about speed" } else { "" };
        let with = format!("{}; {}{debug}", tell::machine(), tell::with(self.setup));
        title.draw_text(&with, &font(SMALL, GREY), (16, 38))?;
        self.speeds(&speeds)?;
        if let Some(measured) = self.costs() {
            bars(&costs, measured)?;
        }
        area.present()?;
        Ok(())
    }

    /// A row for each text, a mark for each way to run through it.
    fn speeds<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn
    where
        B::ErrorType: 'static,
    {
        let rates = || self.measured.iter().flat_map(|measured| measured.speeds.iter().map(|speed| speed.rate / 1e9));
        let (least, most) = (rates().fold(f64::MAX, f64::min), rates().fold(0.0, f64::max));
        let rows = self.measured.len() as f64;
        let mut builder = ChartBuilder::on(area);
        builder.margin(12).margin_right(24).x_label_area_size(46).y_label_area_size(NAMES);
        let mut chart =
            builder.margin_top(36).build_cartesian_2d((least / 1.5..most * 1.6).log_scale(), 0.0..rows.max(1.0))?;
        let mut mesh = chart.configure_mesh();
        mesh.disable_y_mesh().disable_y_axis().light_line_style(WHITE.mix(0.0)).bold_line_style(LIGHT);
        mesh.label_style(font(SMALL, INK)).x_label_formatter(&|rate| gigabytes_short(*rate));
        mesh.x_desc("GB/s, on a logarithmic scale").axis_desc_style(font(SMALL, GREY)).draw()?;
        for (n, measured) in self.measured.iter().enumerate() {
            let row = rows - n as f64 - 0.5;
            let own = || measured.speeds.iter().map(|speed| speed.rate / 1e9);
            let ends = [(own().fold(f64::MAX, f64::min), row), (own().fold(0.0, f64::max), row)];
            chart.draw_series([PathElement::new(ends.to_vec(), GREY.mix(0.4))])?;
            for speed in &measured.speeds {
                let at = (speed.rate / 1e9, row);
                chart.draw_series([EmptyElement::at(at) + mark(speed.what, self.setup.threads[0])])?;
                if matches!(speed.what, What::Scrub(threads) if Some(&threads) == self.setup.threads.last()) {
                    let style = font(SMALL - 2, ORANGE).pos(Pos::new(HPos::Center, VPos::Bottom));
                    chart
                        .draw_series([EmptyElement::at(at) + Text::new(tell::gigabytes(speed.rate), (0, -7), style)])?;
                }
            }
            let (_, y) = chart.backend_coord(&(least, row));
            let (_, top) = area.get_base_pixel();
            let style = font(SMALL, INK).pos(Pos::new(HPos::Right, VPos::Center));
            area.draw_text(&measured.name, &style, (NAMES as i32, y - top))?;
        }
        self.legend(area)
    }

    /// What the marks are, above the rows.
    fn legend<B: DrawingBackend>(&self, area: &Area<'_, B>) -> Drawn
    where
        B::ErrorType: 'static,
    {
        let mut whats = vec![What::Copy, What::Cat];
        whats.extend(self.setup.threads.iter().map(|&threads| What::Scan(threads)));
        whats.extend(self.setup.threads.iter().map(|&threads| What::Scrub(threads)));
        whats.retain(|what| self.measured.iter().any(|m| m.speeds.iter().any(|speed| speed.what == *what)));
        let mut x = NAMES as i32 + 24;
        for what in whats {
            let told = match what {
                What::Copy => "copy in memory".to_string(),
                What::Cat => "cat".to_string(),
                What::Scan(threads) => format!("scan, {}", crate::cli::show::plural(threads as u64, "thread")),
                What::Scrub(threads) => format!("scrub, {}", crate::cli::show::plural(threads as u64, "thread")),
            };
            area.draw(&(EmptyElement::at((x, 18)) + mark(what, self.setup.threads[0])))?;
            let style = font(SMALL, INK).pos(Pos::new(HPos::Left, VPos::Center));
            let (width, _) = area.estimate_text_size(&told, &style)?;
            area.draw_text(&told, &style, (x + 12, 18))?;
            x += width as i32 + 44;
        }
        Ok(())
    }
}

/// A mark: a cross for what others do, a square for the scan, a disc for all of it; hollow on the fewest threads.
fn mark<B: DrawingBackend>(what: What, fewest: usize) -> Mark<B> {
    let of = |colour: RGBColor, threads: usize| match threads == fewest {
        true => ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: 2 },
        false => colour.filled(),
    };
    match what {
        What::Copy => Cross::new((0, 0), 5, GREY.stroke_width(2)).into_dyn(),
        What::Cat => Cross::new((0, 0), 5, INK.stroke_width(2)).into_dyn(),
        What::Scan(threads) => Rectangle::new([(-4, -4), (4, 4)], of(BLUE, threads)).into_dyn(),
        What::Scrub(threads) => Circle::new((0, 0), 5, of(ORANGE, threads)).into_dyn(),
    }
}

type Mark<B> = DynElement<'static, B, (i32, i32)>;

/// A bar for each group of detectors.
fn bars<B: DrawingBackend>(area: &Area<'_, B>, measured: &Measured) -> Drawn
where
    B::ErrorType: 'static,
{
    let title = format!("What the scan of {} costs on one thread, microseconds for each MB", measured.name);
    area.draw_text(&title, &font(SMALL + 1, INK), (16, 8))?;
    let most = measured.costs.iter().map(|(_, cost)| *cost).fold(0.0, f64::max);
    let rows = measured.costs.len() as f64;
    let mut builder = ChartBuilder::on(area);
    builder.margin(12).margin_right(70).margin_top(36).x_label_area_size(46).y_label_area_size(NAMES);
    let mut chart = builder.build_cartesian_2d(0.0..most.max(1.0) * 1.02, 0.0..rows)?;
    let mut mesh = chart.configure_mesh();
    mesh.disable_y_mesh().disable_y_axis().light_line_style(WHITE.mix(0.0)).bold_line_style(LIGHT);
    mesh.label_style(font(SMALL, INK)).x_label_formatter(&|cost| format!("{cost:.0}"));
    mesh.x_desc("each group is what it adds, by itself, to the search").axis_desc_style(font(SMALL, GREY)).draw()?;
    for (n, (name, cost)) in measured.costs.iter().enumerate() {
        let (top, bottom) = (rows - n as f64 - 0.15, rows - n as f64 - 0.85);
        let colour = if *name == ALL { ORANGE } else { BLUE };
        chart.draw_series([Rectangle::new([(0.0, bottom), (*cost, top)], colour.filled())])?;
        let (x, y) = chart.backend_coord(&(*cost, (top + bottom) / 2.0));
        let (left, up) = area.get_base_pixel();
        let style = font(SMALL - 1, INK).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw_text(&format!("{cost:.0}"), &style, (x - left + 6, y - up))?;
        let style = font(SMALL, INK).pos(Pos::new(HPos::Right, VPos::Center));
        area.draw_text(tell::cost_name(name), &style, (NAMES as i32, y - up))?;
    }
    Ok(())
}

fn font(size: u32, colour: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&colour)
}

/// A rate on an axis, without zeros that say nothing.
fn gigabytes_short(rate: f64) -> String {
    format!("{rate}")
}
