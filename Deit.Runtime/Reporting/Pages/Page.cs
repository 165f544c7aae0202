using System.Collections.Immutable;
using System.Text;
using Deit.Checkpoints;

namespace Deit.Reporting.Pages;

/// <summary>A part of a page.</summary>
/// <param name="Anchor">The name by which links find it.</param>
/// <param name="Title">Its title, also in the bar of links.</param>
/// <param name="Content">What is in it.</param>
internal sealed record Section(string Anchor, string Title, Html Content);

/// <summary>A page of its own: one file, which loads nothing.</summary>
/// <param name="Title">The title of the window.</param>
/// <param name="Header">What is above all sections.</param>
/// <param name="Sections">The sections.</param>
internal sealed record Page(string Title, Html Header, ImmutableArray<Section> Sections)
{
    private const string Resources = "Deit.Reporting.";

    private static Lazy<Html> Style { get; } = new(static () => Read("page.css"));

    private static Lazy<Html> Script { get; } = new(static () => Read("page.js"));

    /// <summary>Writes the page, in place of what is there.</summary>
    /// <exception cref="DeitException">The disk refuses.</exception>
    public void Write(string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Draw().ToString());
        AtomicFile.Write(path, bytes.Length, stream => stream.Write(bytes));
    }

    /// <summary>The page.</summary>
    public Html Draw() => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Title}</title>
        <style>
        {Style.Value}</style>
        </head>
        <body>
        <header>
        {Header}
        </header>
        <nav aria-label="Sections"><div>{Sections.Select(static section => Html.Of($"""<a href="#{section.Anchor}">{section.Title}</a>"""))}</div></nav>
        <main>
        {Sections.Select(Draw)}
        </main>
        <footer>Written by deit.</footer>
        <script>
        {Script.Value}</script>
        </body>
        </html>

        """);

    private static Html Draw(Section section) => Html.Of($"""
        <section id="{section.Anchor}" aria-labelledby="{section.Anchor}-title">
        <h2 id="{section.Anchor}-title">{section.Title}</h2>
        {section.Content}
        </section>

        """);

    private static Html Read(string name)
    {
        using var reader = new StreamReader(typeof(Page).Assembly.GetManifestResourceStream(Resources + name)!);
        return Html.Trusted(reader.ReadToEnd());
    }
}
