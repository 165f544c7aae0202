using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Deit.Reporting;

/// <summary>A piece of HTML or SVG. Text that is put into one is escaped, so that no class's name can break a page.</summary>
internal readonly struct Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    /// <summary>Nothing.</summary>
    public static Html Empty => default;

    /// <summary>Markup with values in it: text is escaped, numbers are written for SVG, HTML stays what it is.</summary>
    public static Html Of(Template template) => new(template.ToString());

    /// <summary>Markup that needs no escaping, since the program itself wrote it.</summary>
    public static Html Trusted(string markup) => new(markup);

    /// <summary>One after the other.</summary>
    public static Html Concat(params IEnumerable<Html> parts) => new(string.Concat(parts));

    /// <inheritdoc/>
    public override string ToString() => _markup ?? "";

    /// <summary>An interpolated string that escapes.</summary>
    [InterpolatedStringHandler]
    public readonly struct Template(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));

        public void AppendLiteral(string literal) => _text.Append(literal);

        public void AppendFormatted(Html value) => _text.Append(value.ToString());

        public void AppendFormatted(IEnumerable<Html> values)
        {
            foreach (Html value in values) AppendFormatted(value);
        }

        public void AppendFormatted(string? value) => _text.Append(Encoder.Encode(value ?? ""));

        public void AppendFormatted(long value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

        /// <summary>A coordinate: hundredths of a pixel are enough.</summary>
        public void AppendFormatted(double value) => _text.Append(value.ToString("0.##", CultureInfo.InvariantCulture));

        public override string ToString() => _text.ToString();
    }
}
