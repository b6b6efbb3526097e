//! One panel: the nets and the controls of one site, and the teacher.

use super::{Axis, FAINT, INK, LINE, PLOT_HEIGHT, Point, SOFT, Site, Size, Style, text, thousands};
use crate::model::mix::Filling;

/// What a panel shows, and where.
pub struct Panel<'a> {
    pub site: Site,
    /// The left and the upper edge of its plot.
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub points: Vec<&'a Point>,
    pub teacher: Option<&'a Point>,
    /// From left to right.
    pub sizes: &'a [Size],
    pub families: &'a [String],
    pub axis: Axis,
}

/// Between two lines of words at the right.
const LEADING: f64 = 15.0;

pub fn panel(panel: &Panel) -> String {
    let mut svg = String::from("<g class=\"panel\">\n");
    svg += &panel.frame();
    svg += &panel.across();
    for family in panel.families {
        svg += &panel.line(family);
    }
    svg + "</g>\n"
}

impl Panel<'_> {
    fn y(&self, bleu: f64) -> f64 {
        self.top + self.axis.y(bleu)
    }

    /// The centre of a size.
    fn x(&self, size: &str) -> Option<f64> {
        let index = self.sizes.iter().position(|own| own.code() == size)?;
        Some(self.left + self.width * (index as f64 + 0.5) / self.sizes.len() as f64)
    }

    /// The families that have a point here.
    fn present(&self) -> Vec<&String> {
        let here = |family: &&String| self.points.iter().any(|point| point.family.as_ref() == Some(*family));
        self.families.iter().filter(here).collect()
    }

    /// Methods stand a little beside each other, so that their intervals can be told apart.
    fn aside(&self, family: &String) -> f64 {
        let present = self.present();
        let place = present.iter().position(|own| *own == family).unwrap_or(0) as f64;
        let room = 0.6 * self.width / self.sizes.len().max(1) as f64;
        (place - (present.len() as f64 - 1.0) / 2.0) * (room / present.len().max(1) as f64).min(13.0)
    }

    /// Its name, the scale and the sizes.
    fn frame(&self) -> String {
        let name = match self.site {
            Site::Encoder => "encoder self-attention",
            Site::DecoderSelf => "decoder self-attention",
            Site::Cross => "cross-attention",
        };
        let (left, bottom) = (self.left, self.top + PLOT_HEIGHT);
        let mut svg =
            text(left, self.top - 16.0, &format!("font-size=\"13\" font-weight=\"650\" fill=\"{INK}\""), name);
        for (at, words) in self.axis.ticks() {
            let y = self.y(at);
            svg += &format!("<path d=\"M{left:.1} {y:.1}h{:.1}\" stroke=\"{LINE}\"/>\n", self.width);
            svg += &text(left - 8.0, y + 4.0, &format!("text-anchor=\"end\" fill=\"{SOFT}\""), &words);
        }
        let middle = format!("text-anchor=\"middle\" fill=\"{SOFT}\"");
        for code in self.sizes.iter().map(|size| size.code()) {
            let x = self.x(code).unwrap_or(left);
            svg += &format!("<path d=\"M{x:.1} {bottom:.1}v5\" stroke=\"{FAINT}\"/>\n");
            svg += &text(x, bottom + 20.0, &middle, &code.to_uppercase());
        }
        svg += &format!("<path d=\"M{left:.1} {bottom:.1}h{:.1}\" stroke=\"{FAINT}\"/>\n", self.width);
        svg + &text(left + self.width / 2.0, bottom + 39.0, &middle, "size of the nets")
    }

    /// What goes from edge to edge: the teacher's band and the controls, each with its name at the right.
    fn across(&self) -> String {
        let (mut svg, left, mut labels) = (String::new(), self.left, Vec::new());
        if let Some(teacher) = self.teacher {
            let [high, low, y] = [teacher.bleu_high, teacher.bleu_low, teacher.bleu].map(|bleu| self.y(bleu));
            svg += &format!(
                "<rect class=\"band\" x=\"{left:.1}\" y=\"{high:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{INK}\" \
                 fill-opacity=\"0.1\"/>\n<path d=\"M{left:.1} {y:.1}h{:.1}\" stroke=\"{INK}\" stroke-width=\"1.5\"/>\n",
                self.width,
                (low - high).max(0.0),
                self.width
            );
            labels.push((y, format!("teacher {:.1}", teacher.bleu), true));
        }
        for point in &self.points {
            let Some((_, filling @ (Filling::None | Filling::Uniform | Filling::Mean))) = point.alone() else {
                continue;
            };
            let y = self.y(point.bleu);
            svg += &format!(
                "<path class=\"control\" d=\"M{left:.1} {y:.1}h{:.1}\" stroke=\"{FAINT}\" stroke-width=\"1.3\" \
                 stroke-dasharray=\"5 4\"><title>{}</title></path>\n",
                self.width,
                super::escaped(&said(point))
            );
            labels.push((y, format!("{filling} {:.1}", point.bleu), false));
        }
        svg + &self.labels(labels)
    }

    /// Words at the right, moved apart where they would lie on each other, with a line to what they name.
    fn labels(&self, mut labels: Vec<(f64, String, bool)>) -> String {
        labels.sort_by(|one, other| one.0.total_cmp(&other.0));
        let wanted = labels.iter().map(|(y, ..)| *y).collect::<Vec<_>>();
        let (mut svg, edge) = (String::new(), self.left + self.width);
        for ((y, words, strong), at) in labels.into_iter().zip(apart(&wanted, self.top + PLOT_HEIGHT)) {
            let (color, weight) = if strong { (INK, "600") } else { (SOFT, "400") };
            svg += &format!(
                "<path d=\"M{:.1} {y:.1}L{:.1} {at:.1}\" stroke=\"{FAINT}\" stroke-width=\"0.8\" fill=\"none\"/>\n",
                edge + 2.0,
                edge + 12.0
            );
            svg += &text(edge + 15.0, at + 4.0, &format!("fill=\"{color}\" font-weight=\"{weight}\""), &words);
        }
        svg
    }

    /// A method: its line, its intervals, then its marks.
    fn line(&self, family: &String) -> String {
        let (style, aside) = (Style::of(family), self.aside(family));
        let own = self.points.iter().filter(|point| point.family.as_ref() == Some(family));
        let places = own.filter_map(|point| Some((self.x(point.size?)? + aside, point))).collect::<Vec<_>>();
        let mut svg = String::new();
        if places.len() > 1 {
            let corners = places.iter().map(|(x, point)| format!("{x:.1},{:.1}", self.y(point.bleu)));
            svg += &format!(
                "<polyline class=\"line\" points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" \
                 stroke-linejoin=\"round\"/>\n",
                corners.collect::<Vec<_>>().join(" "),
                style.color
            );
        }
        for (x, point) in &places {
            let [high, low] = [point.bleu_high, point.bleu_low].map(|bleu| self.y(bleu));
            let (from, cap) = (x - 3.5, 7.0);
            svg += &format!(
                "<path class=\"interval\" d=\"M{from:.1} {high:.1}h{cap}M{x:.1} {high:.1}V{low:.1}M{from:.1} {low:.1}h{cap}\" \
                 stroke=\"{}\" stroke-width=\"1.3\"/>\n",
                style.color
            );
        }
        for (x, point) in &places {
            svg += &style.mark(*x, self.y(point.bleu), &said(point));
        }
        svg
    }
}

/// A point in words.
fn said(point: &Point) -> String {
    let Point { mix, bleu, bleu_low, bleu_high, parameters, .. } = point;
    format!("{mix}: BLEU {bleu:.1} ({bleu_low:.1} to {bleu_high:.1}), {} parameters", thousands(*parameters))
}

/// Places for lines of words, from above, each near the place that it wants and none on another.
fn apart(wanted: &[f64], bottom: f64) -> Vec<f64> {
    let mut places = wanted.to_vec();
    for index in 1..places.len() {
        places[index] = places[index].max(places[index - 1] + LEADING);
    }
    // What was pushed beyond the end pushes back.
    let mut limit = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - LEADING;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_do_not_lie_on_each_other() {
        assert_eq!(apart(&[10.0, 60.0], 100.0), [10.0, 60.0]);
        assert_eq!(apart(&[10.0, 12.0, 13.0], 100.0), [10.0, 25.0, 40.0]);
        assert_eq!(apart(&[80.0, 95.0, 99.0], 100.0), [70.0, 85.0, 100.0]);
        assert!(apart(&[], 100.0).is_empty());
    }
}
