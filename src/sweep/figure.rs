//! The paper's figure from a sweep: BLEU against the size of the nets, a panel a site, a line a method. SVG, written by hand;
//! numbers have fixed decimals, so that the same cells give the same bytes.

mod axis;
mod panel;

use super::{Collected, Point, table::thousands};
use crate::model::{
    mix::Filling,
    sites::{Method, Site, Size, Variant},
};
use axis::Axis;
use panel::{Panel, panel};

/// Pixels: of a panel's plot, of the column of words at its right, and around all.
const PLOT_WIDTH: f64 = 268.0;
const PLOT_HEIGHT: f64 = 280.0;
const LABELS: f64 = 124.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 132.0;
const BELOW: f64 = 96.0;
/// Of a row of the legend.
const ROW: f64 = 20.0;
const LEAST_WIDTH: f64 = 560.0;

const INK: &str = "#1b1f24";
const SOFT: &str = "#4a5361";
const FAINT: &str = "#667080";
const LINE: &str = "#dde1e7";
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// A method's colour and its mark in a box of 10 by 10, as the page has them.
fn look(method: Method) -> (&'static str, &'static str) {
    match method {
        Method::Alr => ("#1b77f1", "M.5 .5h9v9h-9z"),
        Method::Alrr => ("#b6802a", "M5 .3 9.8 9.6H.2z"),
        Method::Aslr => ("#025b07", "M5 0 10 5 5 10 0 5z"),
        Method::Elr => ("#c40a87", "M.6 2.6 2.6 .6 5 3 7.4 .6 9.4 2.6 7 5 9.4 7.4 7.4 9.4 5 7 2.6 9.4 .6 7.4 3 5z"),
        Method::Awr => ("#5a006c", "M.2 .2h9.6L6 5l3.8 4.8H.2L4 5z"),
    }
}

/// What the mark of a variant has in it, so that those of one method are told apart.
fn inside(variant: Variant) -> &'static str {
    match variant {
        Variant::PerQuery => "M5 2.2v5.6",
        Variant::Gated => "M2.2 5h5.6",
        Variant::Prefix => "M2.4 7.6 7.6 2.4",
        Variant::Deep2 => "M2.6 3.6h4.8M2.6 6.4h4.8",
        Variant::Deep3 => "M2.4 2.6h5.2M2.4 5h5.2M2.4 7.4h5.2",
    }
}

/// How a family of nets is drawn: the look of its method, hollow and with a sign inside where it is a variant.
struct Style {
    name: String,
    color: &'static str,
    path: &'static str,
    inside: Option<&'static str>,
}

impl Style {
    /// Of a family's text, such as `alr` or `alr+gated`.
    fn of(family: &str) -> Self {
        let (method, variant) =
            family.split_once('+').map_or((family, None), |(method, variant)| (method, Some(variant)));
        let (color, path) = method.parse().map_or((INK, "M5 0a5 5 0 1 0 .01 0z"), look);
        let name = method.to_uppercase() + &variant.map(|variant| format!(" {variant}")).unwrap_or_default();
        Self { name, color, path, inside: variant.map(|variant| variant.parse().map_or("", inside)) }
    }

    fn mark(&self, x: f64, y: f64, title: &str) -> String {
        let [fill, outline, width] = match self.inside {
            Some(_) => ["#ffffff", self.color, "1.6"],
            None => [self.color, "#ffffff", "1.2"],
        };
        let color = self.color;
        let sign = self.inside.map(|path| format!("<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"1.6\"/>"));
        let title = if title.is_empty() { String::new() } else { format!("<title>{}</title>", escaped(title)) };
        format!(
            "<g transform=\"translate({:.1} {:.1})\"><path d=\"{}\" fill=\"{fill}\" stroke=\"{outline}\" \
             stroke-width=\"{width}\" paint-order=\"stroke\"/>{}{title}</g>\n",
            x - 5.0,
            y - 5.0,
            self.path,
            sign.unwrap_or_default()
        )
    }
}

/// Draws what was collected; nothing where no cell fills all layers of one site.
pub fn figure(collected: &Collected) -> Option<String> {
    let sites = Site::ALL.into_iter().filter(|site| points_at(collected, *site).next().is_some()).collect::<Vec<_>>();
    if sites.is_empty() {
        return None;
    }
    let sizes =
        Size::ALL.into_iter().filter(|size| collected.points.iter().any(|point| point.size == Some(size.code())));
    let (sizes, families) = (sizes.collect::<Vec<_>>(), families(collected));
    let teacher = collected.points.iter().find(|point| point.mix == "teacher");
    let count = sites.len() as f64;
    let plot = PLOT_WIDTH.max((LEAST_WIDTH - LEFT) / count - LABELS);
    let width = LEFT + count * (plot + LABELS);
    let (legend, rows) = legend(&families, width);
    let top = TOP + (rows - 1.0) * ROW;
    let height = top + PLOT_HEIGHT + BELOW;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} \
         {height:.0}\" role=\"img\" aria-labelledby=\"title description\" font-family=\"{FONT}\" font-size=\"12\">\n\
         <title id=\"title\">{TITLE}</title>\n<desc id=\"description\">{}</desc>\n\
         <rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"8\" fill=\"#ffffff\"/>\n",
        escaped(&description(collected))
    );
    svg += &text(20.0, 30.0, &format!("font-size=\"17\" font-weight=\"650\" fill=\"{INK}\""), TITLE);
    svg += &text(20.0, 50.0, &format!("fill=\"{SOFT}\""), &subtitle(collected));
    svg += &legend;
    for (index, &site) in sites.iter().enumerate() {
        let points = points_at(collected, site).collect::<Vec<_>>();
        let left = LEFT + index as f64 * (plot + LABELS);
        let shown = points.iter().copied().chain(teacher);
        let axis = Axis::over(shown.flat_map(|point| [point.bleu_low, point.bleu_high]), PLOT_HEIGHT);
        svg +=
            &panel(&Panel { site, left, top, width: plot, points, teacher, sizes: &sizes, families: &families, axis });
    }
    for (line, words) in [spread(collected, teacher), dashes(sites.len())].iter().enumerate() {
        let y = height - 30.0 + 16.0 * line as f64;
        svg += &text(20.0, y, &format!("font-size=\"11\" fill=\"{FAINT}\""), words);
    }
    Some(svg + "</svg>\n")
}

const TITLE: &str = "BLEU against the size of the nets in place of attention";

/// The points whose whole mix is at this site.
fn points_at(collected: &Collected, site: Site) -> impl Iterator<Item = &Point> {
    let there =
        move |point: &&Point| point.alone().is_some_and(|(own, filling)| own == site && filling != Filling::Attention);
    collected.points.iter().filter(there)
}

/// Each family once, in the order of the points.
fn families(collected: &Collected) -> Vec<String> {
    let mut families = Vec::new();
    for family in collected.points.iter().filter_map(|point| point.family.clone()) {
        if !families.contains(&family) {
            families.push(family);
        }
    }
    families
}

fn subtitle(collected: &Collected) -> String {
    let recipe = &collected.recipe;
    let seeds = match collected.seeds.len() {
        1 => "one seed".to_string(),
        count => format!("{count} seeds"),
    };
    let model = &recipe.model;
    let sentences = collected.cells.iter().map(|cell| cell.row.sentences).max().unwrap_or(0);
    format!(
        "{}, {}: {} + {} layers of width {}, {} test sentences, {seeds}",
        recipe.corpus.source,
        recipe.pair,
        model.layers,
        model.layers,
        model.d_model,
        thousands(sentences)
    )
}

/// Mark and name of each family, in rows, and how many rows.
fn legend(families: &[String], right: f64) -> (String, f64) {
    let (mut x, mut y, mut rows, mut svg) = (20.0, 75.0, 1.0, String::new());
    for style in families.iter().map(|family| Style::of(family)) {
        let wide = 35.0 + width(&style.name);
        if x + wide > right - 20.0 {
            (x, y, rows) = (20.0, y + ROW, rows + 1.0);
        }
        svg += &format!("<path d=\"M{x:.1} {y:.1}h28\" stroke=\"{}\" stroke-width=\"2\"/>\n", style.color);
        svg += &style.mark(x + 14.0, y, "");
        svg += &text(x + 35.0, y + 4.0, &format!("fill=\"{INK}\""), &style.name);
        x += wide + 20.0;
    }
    (svg, rows)
}

/// What bars and band are.
fn spread(collected: &Collected, teacher: Option<&Point>) -> String {
    let one = collected.points.iter().any(|point| point.seeds == 1);
    let several = collected.points.iter().any(|point| point.seeds > 1);
    let spread = match (several, one) {
        (true, false) => "lowest and highest seed",
        (true, true) => "lowest and highest seed; of one seed, its 95 % bootstrap interval",
        (false, _) => "95 % bootstrap interval",
    };
    format!("{}: {spread}.", if teacher.is_some() { "Bars and band" } else { "Bars" })
}

/// What the other lines are.
fn dashes(panels: usize) -> String {
    let scales = if panels > 1 { " Each panel has a scale of its own." } else { "" };
    format!("Dashed: controls, which need no training.{scales}")
}

/// The figure in words, for who does not see it.
fn description(collected: &Collected) -> String {
    let said = collected
        .points
        .iter()
        .map(|point| format!("{} {:.1} ({:.1} to {:.1})", point.mix, point.bleu, point.bleu_low, point.bleu_high));
    format!("{}. BLEU: {}.", subtitle(collected), said.collect::<Vec<_>>().join("; "))
}

fn text(x: f64, y: f64, attributes: &str, words: &str) -> String {
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" {attributes}>{}</text>\n", escaped(words))
}

/// About how wide a text is, in pixels.
fn width(text: &str) -> f64 {
    text.chars().count() as f64 * 7.0
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::{
        collect,
        collect::tests::{Cells, done},
    };

    fn drawn(name: &str, cells: &[(&str, f64)]) -> Option<String> {
        let cells = cells.iter().map(|(cell, bleu)| done(cell, *bleu)).collect::<Vec<_>>();
        let folder = Cells::new(name, &cells);
        figure(&collect(&folder.0).unwrap())
    }

    #[test]
    fn it_has_a_panel_a_site_and_a_line_a_method() {
        let cells = [
            ("1.teacher", 85.0),
            ("2.teacher", 87.0),
            ("1.enc=alr-xs", 70.0),
            ("2.enc=alr-xs", 74.0),
            ("1.enc=alr-m", 80.0),
            ("2.enc=alr-m", 82.0),
            ("1.enc=elr-m", 60.0),
            ("1.enc=none", 40.0),
            ("1.cross=none", 1.0),
        ];
        let svg = drawn("figure", &cells).unwrap();
        assert_eq!(svg, drawn("figure", &cells).unwrap());
        let count = |part: &str| svg.matches(part).count();
        assert_eq!([count("class=\"panel\""), count("class=\"line\""), count("class=\"band\"")], [2, 1, 2]);
        assert_eq!([count("class=\"interval\""), count("class=\"control\"")], [3, 2]);
        for words in [
            ">encoder self-attention<",
            ">cross-attention<",
            ">ALR<",
            ">ELR<",
            ">XS<",
            ">M<",
            ">teacher 86.0<",
            ">none 40.0<",
            "enc=alr-xs: BLEU 72.0 (70.0 to 74.0), 1,002 parameters",
            "; enc=none 40.0 (38.0 to 41.0); ",
            "2 seeds",
            "of one seed, its 95 % bootstrap interval",
        ] {
            assert!(svg.contains(words), "{words} is not in {svg}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains(">S<"), "{svg}");
    }

    #[test]
    fn there_is_nothing_to_draw_of_several_sites_at_once() {
        assert_eq!(drawn("nothing", &[("1.teacher", 50.0), ("1.enc=none,self=none", 8.0)]), None);
        assert!(drawn("alone", &[("1.enc=mean", 8.0)]).unwrap().contains(">mean 8.0<"));
    }

    #[test]
    fn variants_are_hollow_and_told_apart() {
        let style = Style::of("awr+gated");
        assert_eq!((style.name.as_str(), style.color, style.inside), ("AWR gated", "#5a006c", Some("M2.2 5h5.6")));
        assert_eq!(Style::of("aslr").inside, None);
        let mut signs = Variant::ALL.map(|variant| Style::of(&format!("alr+{}", variant.code())).mark(0.0, 0.0, ""));
        signs.sort_unstable();
        assert!(signs.windows(2).all(|two| two[0] != two[1]), "{signs:?}");
        assert_eq!(escaped("a<b & \"c\""), "a&lt;b &amp; &quot;c&quot;");
    }
}
