using System.Reflection;
using Deit.Compiler.Families;
using Deit.Compiler.Specs;

namespace Deit.Tests.Generators;

/// <summary>The attributes that users write say the same as the compiler's keys.</summary>
public sealed class AttributeTests
{
    public static TheoryData<string> Families => [.. Family.All.Where(static family => family.AttributeName is not null).Select(static family => family.Name)];

    [Theory]
    [MemberData(nameof(Families))]
    public void An_attribute_has_a_property_for_every_key_and_no_other(string name)
    {
        Family family = Family.Find(name)!;
        IEnumerable<string> keys = family.Schema.Keys
            .Where(static key => key.Name is not ("family" or "class" or "weights"))
            .SelectMany(static key => key.Table?.Keys ?? [key])
            .SelectMany(static key => key.PerBlock ? [key.Name, $"{key.Name}_per_block"] : new[] { key.Name })
            .Select(Spelling.ToPascalCase);

        Assert.Equal(keys.Order(), Properties(AttributeOf(family)).Select(static property => property.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_property_has_the_default_of_its_key(string name)
    {
        Family family = Family.Find(name)!;
        object attribute = Activator.CreateInstance(AttributeOf(family))!;
        foreach (Key key in family.Schema.Keys.SelectMany(static key => key.Table?.Keys ?? [key]).Where(static key => key.Default is not null))
        {
            object? value = AttributeOf(family).GetProperty(Spelling.ToPascalCase(key.Name))!.GetValue(attribute);
            Assert.Equal(key.Default, value is int number ? (long)number : value);
        }
    }

    [Fact]
    public void The_attribute_of_published_weights_has_a_property_for_every_key_and_no_other()
    {
        IEnumerable<string> keys = Family.All[0].Schema.Find("weights")!.Items.Single().Keys.Select(static key => Spelling.ToPascalCase(key.Name));

        Assert.Equal(keys.Order(), Properties(typeof(PublishedWeightsAttribute)).Select(static property => property.Name).Order());
    }

    [Theory]
    [InlineData("DeitTinyPatch16_224", "deit_tiny_patch16_224")]
    [InlineData("RegNetY002", "reg_net_y002")]
    [InlineData("MyViT", "my_vi_t")]
    [InlineData("Student", "student")]
    public void A_class_names_its_model_in_snake_case(string type, string model) => Assert.Equal(model, Spelling.ToSnakeCase(type));

    [Theory]
    [InlineData("deit_tiny_patch16_224", "DeitTinyPatch16_224")]
    [InlineData("regnety_002", "Regnety002")]
    [InlineData("a_1_2", "A1_2")]
    public void A_model_names_its_class_in_pascal_case(string model, string type) => Assert.Equal(type, Spelling.ToPascalCase(model));

    [Theory]
    [InlineData(1e-6, "1e-6")]
    [InlineData(1e-5, "1e-5")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e20, "1e20")]
    [InlineData(2.5e-10, "2.5e-10")]
    public void A_number_is_written_as_the_field_writes_it(double number, string text) => Assert.Equal(text, Spelling.Number(number));

    private static Type AttributeOf(Family family) => typeof(VisionModelAttribute).Assembly.GetType(family.AttributeName!, throwOnError: true)!;

    private static PropertyInfo[] Properties(Type attribute) =>
        [.. attribute.GetProperties().Where(static property => property.DeclaringType != typeof(Attribute))];
}
