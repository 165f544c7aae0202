using System.Globalization;
using System.Reflection;
using Deit.Compiler.Emit;
using Deit.Compiler.Specs;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;

namespace Deit.Tests.Generators;

/// <summary>Specs that ask for more than can be given, or that say what C#, XML or YAML could take for something else.</summary>
public sealed class HostileSpecTests
{
    private const string Vit = "name: student\nfamily: vision_transformer\nimage_size: 32\npatch_size: 8\nembed_dim: 24\ndepth: 2\nheads: 2\nclasses: 7\n";

    private const string Graph = """
        name: student
        family: graph
        image_size: 8
        classes: 5
        blocks:
          - block: unit
            summary: "A unit: text"
            steps:
              - {op: conv2d, name: conv, out: 8, output: y}
              - {op: relu, input: y, output: y}
              - {op: add, input: [x, y]}
        steps:
          - {op: conv2d, name: stem, out: 8, stride: 2, output: z}
          - {block: unit, name: units, repeat: 2, input: z, output: z}
          - {op: global_average_pool, input: z}
          - {op: linear, name: head, out: 5}

        """;

    /// <summary>The words that C# reserves somewhere, and the names that generated code uses.</summary>
    public static TheoryData<string> Words =>
    [
        "add", "and", "async", "await", "base", "block", "cat", "class", "double", "dynamic", "extension", "field", "file", "float", "foreach", "from",
        "functional", "get", "global", "images", "init", "int", "managed", "name", "nameof", "new", "not", "options", "or", "partial", "record",
        "required", "return", "scope", "scoped", "select", "static", "string", "this", "unmanaged", "using", "value", "var", "void", "when", "where",
        "with", "yield", "true", "nint", "notnull", "object", "allows",
    ];

    /// <summary>What the classes of modules, and of what they use, are called.</summary>
    public static TheoryData<string> Types =>
    [
        "attention", "mlp", "stage", "tensor", "linear", "module", "module_list", "parameter", "classifier", "model_options", "drop_path", "seeded_dropout", "dropout_draw", "enumerable",
        "conv2d", "layer_norm", "dispose_scope", "batch_norm2d", "patch_embedding", "model_description", "generated_code", "resolved_spec", "layer_scale",
        "component_name", "immutable_array", "conv_norm", "head", "blocks", "student", "sample", "deit", "system", "torch_sharp", "create", "describe",
        "description", "forward", "predict", "dispose", "registered_models", "finalize", "equals", "get_type", "cls_token", "norm", "pos_embed", "functional", "torch", "nn", "device", "i", "x",
    ];

    /// <summary>Texts that end comments, literals or lines.</summary>
    public static TheoryData<string> Texts =>
    [
        "*/ a", "a // b", "/// <summary>", "\"", "\"\"\"", "\"\"\"\"", "'", "\\", "\\\"", "{0}", "{name}", "<c>", "]]>", "&amp;", "&#0;", "a\nb", "a\r\nb", "\u0085", "\u2028", "\u2029",
        "\0", "\u0007", "\u001b[31m", "\ufeff", "\ufffe", "\uffff", "😀", "é", "日本", "\t", "#if X", "a: b, c: [d]", "---", "%YAML", "*x", "&x", "- a",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_description_is_text_whatever_it_says(string text)
    {
        string quoted = $"\"{string.Concat(text.Select(static character => character is '"' or '\\' || character < ' ' || character > '~' ? $"\\u{(int)character:x4}" : character.ToString()))}\"";

        AssertCompiles($"{Vit}description: {quoted}");
        AssertCompiles(Graph.Replace("\"A unit: text\"", quoted));
    }

    [Fact]
    public void A_plain_text_means_the_same_in_the_resolved_spec()
    {
        const string Summary = "Two of them, [a] {b} # c \"\"\" and more";
        GeneratorHost zoo = AssertCompiles(Graph.Replace("\"A unit: text\"", Summary.Replace(" #", " \\#")));
        zoo.Compile(out Microsoft.CodeAnalysis.CSharp.CSharpCompilation compiled);

        GeneratorHost derived = GeneratorHost.Run("", [compiled.ToMetadataReference()], GeneratorHost.Yaml("name: other\nbase: student\nimage_size: 16"));

        Assert.Empty(derived.Result.Diagnostics);
        Assert.Contains(Summary.Replace(" #", " \\#"), Assert.Single(derived.Models).Value);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Any_word_names_a_value_a_step_and_a_block(string word)
    {
        AssertCompiles(Graph.Replace("output: z", $"output: {word}").Replace("input: z", $"input: {word}"));
        AssertCompiles(Graph.Replace("output: y", $"output: {word}").Replace("input: y", $"input: {word}").Replace("[x, y]", $"[x, {word}]"));
        AssertCompiles(Graph.Replace("name: stem", $"name: {word}").Replace("name: conv,", $"name: {word},"));
        AssertCompiles(Graph.Replace("block: unit", $"block: {word}"));
        AssertCompiles(Graph.Replace("name: student", $"name: {word}"));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_name_that_generated_code_uses_compiles_or_is_refused(string name)
    {
        AssertCompilesOrIsRefused(Vit.Replace("student", name));
        AssertCompilesOrIsRefused(Graph.Replace("name: student", $"name: {name}"));
        AssertCompilesOrIsRefused(Graph.Replace("name: stem", $"name: {name}"));
        AssertCompilesOrIsRefused(Graph.Replace("name: units", $"name: {name}"));
        AssertCompilesOrIsRefused(Graph.Replace("block: unit", $"block: {name}"));
        AssertCompilesOrIsRefused(Graph.Replace("name: conv,", $"name: {name},").Replace("block: unit", $"block: {name}"));
        AssertCompilesOrIsRefused($"name: net\nfamily: regnet\nclass: {Spelling.ToPascalCase(name)}\nimage_size: 32\ndepths: [1, 2]\nwidths: [16, 24]\ngroup_width: 8\n");
    }

    [Fact]
    public void No_member_that_modules_have_is_free_for_a_step()
    {
        IEnumerable<string> members = new[] { typeof(Classifier), typeof(DistilledClassifier) }
            .SelectMany(static type => type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy))
            .Where(static member => member switch
            {
                MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
                FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
                PropertyInfo property => property.GetAccessors(nonPublic: true).Any(static accessor => accessor.IsPublic || accessor.IsFamily || accessor.IsFamilyOrAssembly),
                _ => true,
            })
            .Select(static member => member.Name)
            .Where(static name => char.IsUpper(name[0]));

        string free = string.Join(", ", members.Except(Names.OfEveryModule).Order());
        Assert.True(free.Length == 0, $"Names.OfEveryModule lacks {free}");
    }

    [Theory]
    [InlineData("class: x")]
    [InlineData("class: record")]
    [InlineData("class: class")]
    [InlineData("class: \"Student\\n\"")]
    [InlineData("class: Réseau")]
    public void A_class_that_C_sharp_would_not_have_is_refused(string line) => AssertRefused("DEIT005", Vit + line);

    [Fact]
    public void Keywords_may_name_a_class_and_what_it_is_in()
    {
        GeneratorHost host = GeneratorHost.Run("namespace @event { public partial class @params { [Deit.VisionTransformer(EmbedDim = 24, Depth = 1, Heads = 2)] public partial class @class; } }");

        Assert.Empty(host.Result.Diagnostics);
        Assert.Empty(host.Compile(out _));
        Assert.Equal(2, host.Files.Count);
    }

    [Fact]
    public void A_name_with_a_line_break_is_refused() => AssertRefused("DEIT005", Vit.Replace("name: student", "name: \"student\\n\""));

    [Fact]
    public void Members_that_would_be_one_property_are_refused() =>
        AssertRefused("DEIT020", Graph.Replace("name: stem", "name: conv_1").Replace("name: units", "name: conv1"));

    [Fact]
    public void Values_that_C_sharp_would_not_tell_apart_are_told_apart()
    {
        string spec = Graph.Replace("name: conv, out: 8, output: y", "name: conv, out: 8, output: a_b").Replace("{op: relu, input: y, output: y}", "{op: relu, input: a_b, output: ab}\n      - {op: relu, input: a_b, output: a__b}\n      - {op: add, input: [ab, a__b], output: y}");
        using RunningModel model = RunningModel.Of(AssertCompiles(spec));

        model.AssertDescribed(Devices.Require("cpu"));
    }

    [Fact]
    public void Repetitions_that_begin_with_one_value_and_end_in_another_run_one_after_the_other()
    {
        using RunningModel model = RunningModel.Of(AssertCompiles(Graph.Replace("input: z, output: z}", "input: z, output: other}").Replace("{op: global_average_pool, input: z}", "{op: global_average_pool, input: other}")));

        model.AssertDescribed(Devices.Require("cpu"));
    }

    [Fact]
    public void A_block_may_be_nothing_but_learned_tokens()
    {
        string spec = Graph.Replace("  - {op: global_average_pool, input: z}\n", """
              - {op: flatten_patches, input: z}
              - {block: tokens, name: tokens, output: tokens}
              - {op: flatten_patches, input: z}
              - {op: prepend_tokens, input: [tokens, x]}
              - {op: token_mean}

            """).Replace("steps:\n  - {op: conv2d, name: stem", "  - block: tokens\n    steps:\n      - {op: learned_tokens, name: values, width: 8}\nsteps:\n  - {op: conv2d, name: stem");
        AssertCompilesOrIsRefused(spec);
    }

    public static TheoryData<string, string> Monsters => new()
    {
        { "DEIT001", $"a: {new string('[', 100_000)}" },
        { "DEIT001", $"a: {string.Concat(Enumerable.Repeat("{a: ", 50_000))}" },
        { "DEIT001", string.Concat(Enumerable.Repeat("- ", 50_000)) },
        { "DEIT001", string.Concat(Enumerable.Repeat("? ", 50_000)) },
        { "DEIT001", string.Concat(Enumerable.Range(0, 300).Select(static i => $"{new string(' ', i)}a:\n")) },
        { "DEIT001", Bomb },
        { "DEIT001", $"{Bomb}? [*i, *i]\n: 1\n" },
        { "DEIT001", "a: &a [*a]" },
        { "DEIT001", "&a {b: *a}" },
        { "DEIT001", "a: &a {? *a : b}" },
        { "DEIT001", "a: *nowhere" },
        { "DEIT001", "a: \"\\UFFFFFFFF\"" },
        { "DEIT001", "a: \"\\uD800\"" },
        { "DEIT001", "%YAML 99999999999999999999.1\n---\na: b" },
        { "DEIT001", "%TAG ! \n---\na: b" },
        { "DEIT001", $"a: {new string('x', 2_000_000)}" },
        { "DEIT001", $"a: [{string.Concat(Enumerable.Repeat("1,", 400_000))}]" },
        { "DEIT002", $"{Vit}{new string('x', 1000)}: 1" },
        { "DEIT014", $"{Vit.Replace("student", new string('a', 400_000))}base: {new string('b', 400_000)}" },
        { "DEIT013", Vit.Replace("heads: 2", $"heads: [{string.Join(", ", Enumerable.Repeat("2", 10_000))}]") },
        { "DEIT005", $"name: a\nfamily: regnet\ngroup_width: 8\ndepths: [{string.Join(", ", Enumerable.Repeat("1000", 5000))}]\nwidths: [{string.Join(", ", Enumerable.Repeat("8", 5000))}]" },
        { "DEIT022", "name: a\nfamily: regnet\ngroup_width: 1\nw0: 65536\nwa: 65536\nwm: 64\ndepth: 1000\nimage_size: 16384" },
        { "DEIT022", Vit.Replace("image_size: 32\npatch_size: 8\nembed_dim: 24\ndepth: 2", "image_size: 16384\npatch_size: 1\nembed_dim: 65536\ndepth: 1000\nmlp_ratio: 64") },
        { "DEIT022", Nested(uses: 2, repeat: 1, depth: 60) },
        { "DEIT022", Nested(uses: 1, repeat: 1000, depth: 6) },
        { "DEIT022", Nested(uses: 1, repeat: 1, depth: 1000) },
        { "DEIT022", Graph.Replace("  - {op: conv2d, name: stem", string.Concat(Enumerable.Range(0, 60).Select(static i => $"  - {{op: conv2d, name: wide{i}, out: 1, kernel: 1, padding: 1024}}\n")) + "  - {op: flatten_patches, output: lost}\n  - {op: conv2d, name: stem") },
    };

    [Theory]
    [MemberData(nameof(Monsters))]
    public void What_is_asked_for_is_bounded(string rule, string yaml) => OnSmallStack(() => AssertRefused(rule, yaml));

    [Fact]
    public void The_deepest_model_compiles() => OnSmallStack(() =>
        AssertCompiles(Vit.Replace("depth: 2", "depth: 1000").Replace("heads: 2", $"heads: [{string.Join(", ", Enumerable.Range(0, 1000).Select(static i => (i % 4) + 1))}]")));

    [Theory]
    [InlineData("{op: layer_norm, name: norm}")]
    [InlineData("{op: linear, name: fc, out: 5}")]
    [InlineData("{op: layer_scale, name: scale}")]
    [InlineData("{op: batch_norm2d, name: bn}")]
    [InlineData("{op: prepend_tokens, input: [x, x]}")]
    [InlineData("{op: add, input: [x, x]}")]
    [InlineData("{op: scale, input: [x, x]}")]
    [InlineData("{op: unpack, index: 0}")]
    [InlineData("{op: token_at}")]
    [InlineData("{op: token_mean}")]
    [InlineData("{op: split_heads, heads: 1}")]
    [InlineData("{op: merge_heads}")]
    [InlineData("{op: flatten_patches}")]
    [InlineData("{op: global_average_pool}")]
    [InlineData("{op: scaled_dot_product_attention, input: [x, x, x]}")]
    [InlineData("{op: drop_path, name: drop, rate: 0.1}")]
    [InlineData("{op: dropout, name: drop, rate: 0.1}")]
    public void An_operator_refuses_what_has_too_few_dimensions(string step)
    {
        for (int unpacked = 0; unpacked <= 3; unpacked++)
        {
            string unpack = string.Concat(Enumerable.Repeat("  - {op: unpack, index: 0}\n", unpacked));
            AssertCompilesOrIsRefused($"name: a\nfamily: graph\nimage_size: 8\nsteps:\n  - {{op: learned_tokens, name: tokens, width: 8}}\n{unpack}  - {step}\n");
        }
    }

    private static string Bomb => "a: &a [1, 1]\n" + string.Concat(Enumerable.Range(1, 25).Select(static i => $"{(char)('a' + i)}: &{(char)('a' + i)} [*{(char)('a' + i - 1)}, *{(char)('a' + i - 1)}]\n"));

    private static string Nested(int uses, int repeat, int depth)
    {
        IEnumerable<string> blocks = Enumerable.Range(0, depth).Select(i =>
        {
            IEnumerable<string> steps = Enumerable.Range(0, uses).Select(use => i == 0 ? $"{{op: layer_norm, name: n{use}}}" : $"{{block: b{i - 1}, name: n{use}, repeat: {repeat}}}");
            return $"  - block: b{i}\n    steps:\n{string.Concat(steps.Select(static step => $"      - {step}\n"))}";
        });
        return $"name: a\nfamily: graph\nimage_size: 8\nblocks:\n{string.Concat(blocks)}steps:\n  - {{block: b{depth - 1}, name: all, repeat: {repeat}}}\n";
    }

    private static GeneratorHost AssertCompiles(string yaml)
    {
        GeneratorHost host = GeneratorHost.Run("", GeneratorHost.Yaml(yaml));
        Assert.Empty(host.Result.Diagnostics);
        Assert.Empty(host.Compile(out _));
        return host;
    }

    private static void AssertCompilesOrIsRefused(string yaml)
    {
        AdditionalText spec = GeneratorHost.Yaml(yaml);
        GeneratorHost host = GeneratorHost.Run("", spec);
        if (host.Result.Diagnostics.IsEmpty)
        {
            Assert.Empty(host.Compile(out _));
            return;
        }

        AssertReported(host, spec);
    }

    private static void AssertRefused(string rule, string yaml)
    {
        AdditionalText spec = GeneratorHost.Yaml(yaml);
        GeneratorHost host = GeneratorHost.Run("", spec);
        AssertReported(host, spec);
        Assert.Equal(rule, host.Result.Diagnostics[0].Id);
    }

    private static void AssertReported(GeneratorHost host, AdditionalText spec)
    {
        Assert.NotEmpty(host.Result.Diagnostics);
        foreach (Diagnostic diagnostic in host.Result.Diagnostics)
        {
            Assert.StartsWith("DEIT", diagnostic.Id);
            Assert.True(diagnostic.Id != "DEIT099", diagnostic.GetMessage(CultureInfo.InvariantCulture));
            host.TextUnder(diagnostic, spec);
        }

        Assert.Empty(host.Files);
    }

    // A quarter of what threads have by default: what fits here fits everywhere.
    private static void OnSmallStack(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(action), 256 * 1024);
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromMinutes(2)), "the compiler does not come to an end");
        if (thrown is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown);
    }
}
