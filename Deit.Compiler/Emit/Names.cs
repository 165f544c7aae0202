using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Emit;

/// <summary>Names and texts as generated code writes them.</summary>
internal static class Names
{
    // Halves of surrogate pairs, and the two characters that are none.
    private static readonly Regex NotInXml = new(@"[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|[\uFFFE\uFFFF]", RegexOptions.CultureInvariant);

    private static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal",
        "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object",
        "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short",
        "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong",
        "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    ];

    /// <summary>What generated code calls by its simple name, and its own members: a model's class of such a name would take its place.</summary>
    public static ImmutableHashSet<string> UsedByGeneratedCode { get; } =
    [
        "Activation", "BatchNorm2d", "Classifier", "ComponentName", "Conv2d", "Create", "Deit", "Describe", "Description", "DisposeScope",
        "DistilledClassifier", "DistilledLogits", "DropPath", "DropPathMode", "DropoutDraw", "Enumerable", "Fused", "FusedInference", "FusedStep", "GeneratedCode",
        "IGeneratedModel", "IVisionModel", "ImmutableArray", "InferenceMemory", "KeptImages", "LayerNorm", "LayerScale", "Linear",
        "MacsPerImage", "Matrix", "ModelDescription", "ModelOptions", "Module", "ModuleList", "PackedConvolution", "PackedLayers",
        "PackedLinear", "PackedScale", "Parameter", "ParameterCount", "RegisteredModels", "ResolvedSpec", "SeededDropout", "System", "Tensor", "TorchSharp",
        "TrainingMemory", "UnitPlace",
    ];

    /// <summary>What the classes that modules derive from have already: neither a member nor a class inside may hide it.</summary>
    public static ImmutableHashSet<string> OfEveryModule { get; } =
    [
        "ClearModules", "ConditionallyRegisterBuffer", "ConditionallyRegisterParameter", "Create", "CreateInference", "CreateStep",
        "Describe", "Description", "Dispose", "Enumerable", "Equals", "ExportOnnx", "Finalize", "ForwardTraining", "GetDefaultDeviceAndType",
        "GetHashCode", "GetName", "GetType", "HasInference", "Infer", "InferHeads", "Inference", "MacsPerImage", "MemberwiseClone", "Module", "ParameterCount", "Predict", "ReferenceEquals",
        "RegisterComponents", "ReplaceBuffer", "ReplaceParameter", "ToString", "TrainingStep",
    ];

    /// <summary>
    /// The property that holds a member: <c>cls_token</c> becomes <c>ClsToken</c>; one whose name is a number is called by what it
    /// is, <c>Stage0</c>.
    /// </summary>
    public static string Property(Node node) => node.Op is RepeatedBlock repeated ? repeated.Property
        : node.Member.Length > 0 && char.IsDigit(node.Member[0]) ? $"{node.Op.Kind}{node.Member}"
        : Spelling.ToPascalCase(node.Member);

    /// <summary>An identifier, with an @ where it is a keyword.</summary>
    public static string Identifier(string name) => Keywords.Contains(name) ? "@" + name : name;

    /// <summary>The name, with a number where something else has it.</summary>
    public static string Free(string name, ICollection<string> taken)
    {
        string free = name;
        for (int i = 2; taken.Contains(free); i++) free = name + i.ToString(CultureInfo.InvariantCulture);
        return free;
    }

    /// <summary>A C# string literal.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (char character in text)
        {
            if (character is '"' or '\\') literal.Append('\\').Append(character);
            else if (char.IsControl(character) || character is '\u2028' or '\u2029') literal.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
            else literal.Append(character);
        }

        return literal.Append('"').ToString();
    }

    /// <summary>A whole number with its thousands set apart, as C# writes it.</summary>
    public static string Number(long value) => Spelling.Grouped(value).Replace(',', '_');

    /// <summary>Text in XML documentation, on one line, without what XML has no room for.</summary>
    public static string Documentation(string text) =>
        NotInXml.Replace(Spelling.OneLine(text), "").Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Trim();
}
