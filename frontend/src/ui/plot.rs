//! Pictures with two axes: dots, lines and bars over round ticks, and the numbers in a table behind.

use super::{Column, Table};
use crate::{
    i18n::{Key, tr},
    model::{
        figure::{grouped, measured},
        plot::{self, Frame, Point},
    },
};
use leptos::{prelude::*, text_prop::TextProp};

/// Something that is drawn.
#[derive(Clone, Debug)]
pub enum Mark {
    /// A dot for each point.
    Dots(Vec<Point>),
    /// A line through the points.
    Line(Vec<Point>),
    /// A dashed line to compare with.
    Guide(Vec<Point>),
    /// A line that stands back.
    Faint(Vec<Point>),
    /// A bar for each bin: from, to, count.
    Bars(Vec<(f64, f64, u64)>),
    /// A stretch of heights that stands back: x, low, high.
    Band(Vec<(f64, f64, f64)>),
    /// How far heights may be off: x, low, high.
    Whiskers(Vec<(f64, f64, f64)>),
    /// A box for each band of x: from, to, and the heights that 5, 25, 50, 75 and 95 % do not exceed.
    Boxes(Vec<(f64, f64, [f64; 5])>),
}

/// A picture.
#[component]
pub fn Plot(
    /// What it shows, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// What the box shows of the numbers.
    frame: Frame,
    /// The lower axis, with its unit.
    #[prop(into)]
    x_name: TextProp,
    /// The left axis, with its unit.
    #[prop(into)]
    y_name: TextProp,
    /// What is drawn, the last on top.
    #[prop(into)]
    marks: Signal<Vec<Mark>>,
    /// A place that is pointed out.
    #[prop(optional, into)]
    spot: Signal<Option<Point>>,
    /// The heads of the table behind.
    columns: Vec<Column>,
    /// The rows of the table behind, made only when somebody opens it.
    #[prop(into)]
    rows: Signal<Vec<Vec<String>>>,
) -> impl IntoView {
    let (view_box, said) = (format!("0 0 {} {}", plot::WIDTH, plot::HEIGHT), label.clone());
    let drawn = move || marks.get().iter().map(|mark| draw(frame, mark)).collect_view();
    let pointed = move || {
        spot.get().map(|(x, y)| {
            let (x, y) = (frame.left_of(x).to_string(), frame.top_of(y).to_string());
            view! { <circle class="plot-spot" cx=x cy=y r="5"></circle> }
        })
    };
    let middle = ((plot::LEFT + plot::RIGHT) / 2.0).to_string();
    view! {
        <figure class="plot">
            <svg class="plot-picture" viewBox=view_box role="img" aria-label=move || said.get()>
                {axes(frame)}
                {drawn}
                {pointed}
                <text class="plot-name" x=middle y="294" text-anchor="middle">{move || x_name.get()}</text>
                <text class="plot-name" x="-133" y="13" text-anchor="middle" transform="rotate(-90)">
                    {move || y_name.get()}
                </text>
            </svg>
            <Behind label columns rows/>
        </figure>
    }
}

fn draw(frame: Frame, mark: &Mark) -> AnyView {
    match mark {
        Mark::Dots(points) => view! { <path class="plot-dots" d=frame.dots(points)></path> }.into_any(),
        Mark::Line(points) => view! { <path class="plot-line" d=frame.line(points)></path> }.into_any(),
        Mark::Guide(points) => view! { <path class="plot-guide" d=frame.line(points)></path> }.into_any(),
        Mark::Faint(points) => view! { <path class="plot-faint" d=frame.line(points)></path> }.into_any(),
        Mark::Band(heights) => view! { <path class="plot-band" d=frame.band(heights)></path> }.into_any(),
        Mark::Whiskers(heights) => {
            view! { <path class="plot-whiskers" d=frame.whiskers(heights)></path> }.into_any()
        }
        Mark::Bars(bins) => bins.iter().map(|bin| bar(frame, *bin)).collect_view().into_any(),
        Mark::Boxes(boxes) => boxes.iter().map(|spread| spread_box(frame, *spread)).collect_view().into_any(),
    }
}

fn bar(frame: Frame, (from, to, count): (f64, f64, u64)) -> impl IntoView {
    let tip = format!("{} – {}: {}", measured(from), measured(to), grouped(count));
    let path = frame.bar(from, to, count as f64);
    view! { <path class="plot-bar" d=path><title>{tip}</title></path> }
}

/// Half of the rows in the box, nine tenths between the ends, a line through the middle one.
fn spread_box(frame: Frame, (from, to, heights): (f64, f64, [f64; 5])) -> impl IntoView {
    let [lowest, low, middle, high, highest] = heights;
    let tip = format!("{} – {}: {}", measured(from), measured(to), heights.map(measured).join(" · "));
    let ends = frame.whiskers(&[((from + to) / 2.0, lowest, highest)]);
    let line = frame.line(&[(from, middle), (to, middle)]);
    view! {
        <g>
            <title>{tip}</title>
            <path class="plot-whiskers" d=ends></path>
            <path class="plot-box" d=frame.block((from, to), (low, high))></path>
            <path class="plot-line" d=line></path>
        </g>
    }
}

/// Lines and numbers of both axes.
fn axes(frame: Frame) -> AnyView {
    let (left, right) = (plot::LEFT.to_string(), plot::RIGHT.to_string());
    let rows = plot::ticks(frame.y.0, frame.y.1, 5).into_iter().map(|tick| {
        let y = frame.top_of(tick);
        let (line, text) = (y.to_string(), (y + 4.0).to_string());
        view! {
            <line class="plot-grid" x1=left.clone() x2=right.clone() y1=line.clone() y2=line></line>
            <text class="plot-tick" x=(plot::LEFT - 6.0).to_string() y=text text-anchor="end">{measured(tick)}</text>
        }
    });
    let rows = rows.collect_view();
    let columns = plot::ticks(frame.x.0, frame.x.1, 5).into_iter().map(|tick| {
        let (x, y) = (frame.left_of(tick).to_string(), (plot::BOTTOM + 16.0).to_string());
        view! { <text class="plot-tick" x=x y=y text-anchor="middle">{measured(tick)}</text> }
    });
    let columns = columns.collect_view();
    let floor = plot::BOTTOM.to_string();
    view! {
        {rows}
        <line class="plot-axis" x1=left x2=right y1=floor.clone() y2=floor></line>
        {columns}
    }
    .into_any()
}

/// The numbers of a picture, folded away.
#[component]
fn Behind(label: TextProp, columns: Vec<Column>, rows: Signal<Vec<Vec<String>>>) -> impl IntoView {
    let opened = RwSignal::new(false);
    let cell = |text: String| view! { <td data-align="end">{text}</td> };
    let row = move |cells: Vec<String>| view! { <tr>{cells.into_iter().map(cell).collect_view()}</tr> };
    let table = move || {
        opened.get().then(|| {
            let body = move || rows.get().into_iter().map(row).collect_view();
            view! { <Table label=label.clone() dense=true columns=columns.clone()>{body}</Table> }
        })
    };
    view! {
        <details class="fold" on:toggle=move |_| opened.set(true)>
            <summary>{tr(Key::chart_as_table)}</summary>
            <div class="plot-table">{table}</div>
        </details>
    }
}
